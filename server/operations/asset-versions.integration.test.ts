import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { unpackArchive } from "#server/artifacts/unpack";
import { createDeploymentSchema, type CreateDeploymentInput } from "#server/contract/deployment";
import type { AssetKind } from "#server/domain/asset/reference";
import type { AssetFile } from "#server/domain/model/types";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildCode, buildEndpoint, buildEnvironmentVersion, buildHost, buildModelVersion, buildWorkspace, environmentSpec } from "#server/testing/builders";
import { codeOf } from "#server/testing/code-of";
import * as codeVersion from "../../app/api/v1/codes/[id]/versions/[version]/route";
import * as codeVersions from "../../app/api/v1/codes/[id]/versions/route";
import * as codeComparison from "../../app/api/v1/codes/[id]/compare/route";
import * as environmentDownload from "../../app/api/v1/environments/[name]/versions/[version]/download/route";
import { setAssetLabel } from "./asset-labels";
import { archiveAssetVersion, getAssetVersion, restoreAssetVersion, updateAssetVersion } from "./asset-versions";
import { createDeployment } from "./change-deployment";
import { listCodes, listCodeVersions } from "./codes";
import { compareAssetVersions } from "./compare-versions";
import type { OperationContext } from "./context";
import { listEnvironments, listEnvironmentVersions } from "./environments";
import { listModels, listModelVersions } from "./models";

let world: ApiWorld;
let me: OperationContext;

beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("contributor");
  await buildHost(world.database.store);
});
afterAll(() => world.close());

interface Noted {
  readonly name?: string;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, string>>;
}

const build = (kind: AssetKind, over: Noted) => {
  const { store } = world.database;
  if (kind === "model") return buildModelVersion(store, world.workspaceId, over);
  return kind === "code" ? buildCode(store, world.workspaceId, over) : buildEnvironmentVersion(store, world.workspaceId, over);
};

const listed = async (kind: AssetKind): Promise<readonly { readonly name: string; readonly version: number }[]> => {
  if (kind === "model") return (await listModels(me)).items;
  return (kind === "code" ? await listCodes(me, { anonymous: "false" }) : await listEnvironments(me)).items;
};

const versions = async (kind: AssetKind, name: string, archived: "true" | "false"): Promise<readonly number[]> => {
  const input = { name, archived };
  const page = await (kind === "model" ? listModelVersions(me, input) : kind === "code" ? listCodeVersions(me, input) : listEnvironmentVersions(me, input));
  return page.items.map(({ version }) => version).sort();
};

describe.each(["model", "environment", "code"] as const)("a version of a %s", (kind) => {
  const name = `kept-${kind}`;
  const at = (version: number) => ({ kind, name, version });
  let endpoint: string;

  beforeAll(async () => {
    endpoint = (await buildEndpoint(world.database.store, world.workspaceId)).name;
    await build(kind, { name, description: "first", tags: { team: "pricing" }, properties: { rmse: "3.1" } });
    await build(kind, { name, tags: { team: "risk" } });
    for (const other of ["model", "environment", "code"] as const) if (other !== kind) await build(other, { name: `${name}-with-${other}` });
  });

  const deploy = (deployment: string, reference: string) => {
    const wish: CreateDeploymentInput = {
      endpoint, name: deployment, instanceType: "sluice.nano", scoringScript: "score.py", model: `${name}-with-model:1`, code: `${name}-with-code:1`,
      environment: `${name}-with-environment:1`, [kind]: reference,
    }; // prettier-ignore
    return createDeployment(me, createDeploymentSchema.parse(wish));
  };

  it("has a description, tags and properties that can be changed one by one, with who changed what; its content stays", async () => {
    expect(await getAssetVersion(me, at(1))).toMatchObject({ description: "first", tags: { team: "pricing" }, properties: { rmse: "3.1" }, archivedAt: null });
    const changed = await updateAssetVersion(me, { ...at(1), description: "the cautious one", tags: { stage: "trial" } });
    expect(changed).toMatchObject({ description: "the cautious one", tags: { stage: "trial" }, properties: { rmse: "3.1" } });
    expect(await updateAssetVersion(me, { ...at(1), properties: {} })).toMatchObject({ description: "the cautious one", properties: {} });
    const [entry] = await world.database.store.audit.list({ workspaceId: world.workspaceId, limit: 1 });
    expect(entry).toMatchObject({ targetType: kind, targetName: `${name}:1`, before: { properties: { rmse: "3.1" } }, after: { properties: {} } });
    expect(await codeOf(updateAssetVersion(await world.as("reader"), { ...at(1), description: "mine" }))).toBe("auth.role_insufficient");
    const stranger = await world.as("owner", (await buildWorkspace(world.database.store)).id);
    expect(await codeOf(updateAssetVersion(stranger, { ...at(1), description: "mine" }))).toBe(`${kind}.not_found`);
    expect(await codeOf(updateAssetVersion(me, { ...at(9), description: "none" }))).toBe(`${kind}.not_found`);
  });

  it("is compared with another one by what is noted of it", async () => {
    const { values } = await compareAssetVersions(me, { kind, name, from: 1, to: 2 });
    expect(values).toEqual(
      expect.arrayContaining([
        { name: "tags.team", before: null, after: "risk" },
        { name: "tags.stage", before: "trial", after: null },
        { name: "Description", before: "the cautious one", after: "" },
      ]),
    );
    expect(await compareAssetVersions(me, { kind, name, from: 2, to: 2 })).toMatchObject({ values: [], texts: [], files: [] });
    expect(await codeOf(compareAssetVersions(me, { kind, name, from: 1, to: 9 }))).toBe(`${kind}.not_found`);
  });

  it("is hidden by archiving, without its labels, and comes back; nothing is deployed of it meanwhile", async () => {
    await setAssetLabel(me, { ...at(2), label: "champion" });
    expect(await archiveAssetVersion(me, at(2))).toMatchObject({ version: 2, labels: [], archivedAt: expect.any(Number) as unknown });
    expect(await versions(kind, name, "false")).toEqual([1]);
    expect(await versions(kind, name, "true")).toEqual([1, 2]);
    expect((await listed(kind)).filter((item) => item.name === name).map(({ version }) => version)).toEqual([1]);
    expect(await codeOf(setAssetLabel(me, { ...at(2), label: "champion" }))).toBe("label.version_hidden");
    expect(await codeOf(deploy("red", `${name}:2`))).toBe("deployment.asset_archived");
    expect((await deploy("blue", `${name}@latest`))[kind]).toMatchObject({ name, version: 1 });
    expect(await codeOf(archiveAssetVersion(me, at(1)))).toBe(`${kind}.in_use`);
    expect(await restoreAssetVersion(me, at(2))).toMatchObject({ archivedAt: null });
    expect(await restoreAssetVersion(me, at(2))).toMatchObject({ archivedAt: null });
    expect((await deploy("green", `${name}@latest`))[kind]).toMatchObject({ version: 2 });
  });
});

describe("an environment", () => {
  const conda = (pin: string) => `dependencies:\n- python=3.11\n- numpy=${pin}\n`;
  const route = { path: "/score", port: 8080 };

  it("is compared by its texts, its routes and what its Dockerfile builds from", async () => {
    const { store } = world.database;
    const file = (path: string, digit: string) => ({ path, sha256: digit.repeat(64), sizeBytes: 1 });
    const [old, fresh] = [
      await buildCode(store, world.workspaceId, { name: "ctx", files: [file("a", "1"), file("b", "2")] }),
      await buildCode(store, world.workspaceId, { name: "ctx", files: [file("a", "3"), file("b", "2")] }),
    ];
    const routes = { liveness: route, readiness: route, scoring: route, scoringRoutes: [], pathPrefix: "/v1", http2: true };
    const name = "differs";
    await buildEnvironmentVersion(store, world.workspaceId, { name, spec: environmentSpec({ condaFile: conda("1.26"), contextCodeId: old.id }) });
    await buildEnvironmentVersion(store, world.workspaceId, {
      name,
      spec: environmentSpec({ condaFile: conda("2.0"), contextCodeId: fresh.id, inferenceConfig: routes, buildArgs: { V: "1" } }),
    });
    const comparison = await compareAssetVersions(me, { kind: "environment", name, from: 1, to: 2 });
    expect(comparison.texts).toEqual([{ name: "conda.yaml", before: conda("1.26"), after: conda("2.0") }]);
    expect(comparison.files.map(({ path, change }) => `${change} ${path}`)).toEqual(["changed a"]);
    expect(comparison.values.map(({ name: what, after }) => `${what} ${String(after)}`)).toEqual([
      "Built from ctx:2", "Build argument V 1", "Liveness route :8080/score", "Readiness route :8080/score", "Scoring route :8080/score", "Path prefix /v1",
      "Protocol HTTP/2, gRPC passes",
    ]); // prettier-ignore
  });

  it("is downloaded as the folder that it is made from, for a YAML of one's own", async () => {
    const { store, runtime } = { ...world.database, ...world };
    const stored = async (path: string, text: string): Promise<AssetFile> => ({ path, ...(await runtime.artifacts.put(Readable.from([Buffer.from(text)]))) });
    const context = await buildCode(store, world.workspaceId, {
      name: "down-ctx",
      files: [await stored("Dockerfile", "FROM old\n"), await stored("app/main.py", "print(1)\n")],
    });
    await buildEnvironmentVersion(store, world.workspaceId, {
      name: "down",
      description: "A server.",
      properties: { origin: "team" },
      spec: environmentSpec({ image: null, dockerfile: "FROM new\n", contextCodeId: context.id, buildArgs: { V: "1" } }),
    });
    const headers = { authorization: `Bearer ${await world.tokenFor((await world.as("reader")).actor)}` };
    const answer = await environmentDownload.GET(new Request("http://x/?format=zip", { headers }), {
      params: Promise.resolve({ name: "down", version: "1" }),
    });
    expect(answer.headers.get("content-disposition")).toContain('filename="down-1.zip"');
    const files = await unpackArchive(runtime.artifacts, Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]), "zip");
    const textOf = async (path: string): Promise<string> => {
      const parts: Uint8Array[] = [];
      for await (const part of await runtime.artifacts.open(files.find((one) => one.path === path)?.sha256 ?? "")) parts.push(part);
      return Buffer.concat(parts).toString();
    };
    expect(files.map(({ path }) => path).sort()).toEqual(["down-1/Dockerfile", "down-1/app/main.py", "down-1/environment.yml"]);
    expect(await textOf("down-1/Dockerfile")).toBe("FROM new\n");
    expect(parse(await textOf("down-1/environment.yml"))).toMatchObject({
      name: "down", version: 1, description: "A server.", properties: { origin: "team" }, build: { path: ".", dockerfile_path: "Dockerfile", args: { V: "1" } },
    }); // prettier-ignore
  });
});

describe("code by route", () => {
  it("is named by its name where a version is meant, whatever the body says", async () => {
    await buildCode(world.database.store, world.workspaceId, { name: "routed" });
    await buildCode(world.database.store, world.workspaceId, { name: "routed" });
    const headers = { authorization: `Bearer ${await world.tokenFor(me.actor)}` };
    const params = { params: Promise.resolve({ id: "routed", version: "1" }) };
    const call = (method: string, body?: unknown) =>
      new Request("http://x/", { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const changed = await codeVersion.PATCH(call("PATCH", { description: "by route", name: "other", kind: "model" }), params);
    expect([changed.status, await changed.json()]).toEqual([200, expect.objectContaining({ name: "routed", version: 1, description: "by route" })]);
    expect((await codeVersion.DELETE(call("DELETE"), params)).status).toBe(200);
    const all = await codeVersions.GET(new Request("http://x/?archived=true", { headers }), { params: Promise.resolve({ id: "routed" }) });
    expect(((await all.json()) as { items: { version: number }[] }).items.map(({ version }) => version)).toEqual([2, 1]);
    const comparison = await codeComparison.GET(new Request("http://x/?from=1&to=2", { headers }), { params: Promise.resolve({ id: "routed" }) });
    expect(await comparison.json()).toMatchObject({ values: [{ name: "Description", before: "by route", after: "" }] });
  });
});
