import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeploymentSchema, updateDeploymentSchema } from "#server/contract/deployment";
import type { AssetFile } from "#server/domain/model/types";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildCode, buildEndpoint, buildEnvironmentVersion, buildHost, buildModelVersion, buildWorkspace } from "#server/testing/builders";
import { codeOf } from "#server/testing/code-of";
import * as downloadRoute from "../../app/api/v1/models/[name]/versions/[version]/download/route";
import * as fileRoute from "../../app/api/v1/models/[name]/versions/[version]/file/route";
import * as labelRoute from "../../app/api/v1/models/[name]/versions/[version]/labels/[label]/route";
import { removeAssetLabel, setAssetLabel } from "./asset-labels";
import { archiveAsset, archiveAssetVersion, restoreAsset, restoreAssetVersion } from "./asset-versions";
import { createDeployment, deleteDeployment, updateDeployment } from "./change-deployment";
import { getCode } from "./codes";
import { compareAssetVersions } from "./compare-versions";
import type { OperationContext } from "./context";
import { getEnvironmentVersion, listEnvironments } from "./environments";
import { previewModelFile } from "./model-files";
import { getModelVersion, listModelVersions } from "./models";

let world: ApiWorld;
let me: OperationContext;

beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("contributor");
  await buildHost(world.database.store);
});
afterAll(() => world.close());

const model = (name: string, over: Parameters<typeof buildModelVersion>[2] = {}) =>
  buildModelVersion(world.database.store, world.workspaceId, { name, ...over });

async function stored(filePath: string, content: Uint8Array): Promise<AssetFile> {
  return { path: filePath, ...(await world.runtime.artifacts.put(Readable.from([content]))) };
}

describe("labels", () => {
  const label = (version: number, name: string) => setAssetLabel(me, { kind: "model", name: "labelled", version, label: name });
  const labelsOf = async (version: number) => (await getModelVersion(me, { name: "labelled", version })).labels;

  it("stand at one version of a name, move when set elsewhere, and go with the archive", async () => {
    const first = await model("labelled");
    await model("labelled");
    expect(await label(1, "champion")).toMatchObject({ version: 1, labels: ["champion"] });
    await label(1, "audited");
    expect(await label(2, "champion")).toMatchObject({ labels: ["champion"] });
    expect([await labelsOf(1), await labelsOf(2)]).toEqual([["audited"], ["champion"]]);
    // One that was moved away is not taken off by who still thinks that it is here.
    await removeAssetLabel(me, { kind: "model", name: "labelled", version: 1, label: "champion" });
    expect(await labelsOf(2)).toEqual(["champion"]);
    await archiveAssetVersion(me, { kind: "model", name: "labelled", version: first.version });
    expect(await codeOf(label(1, "champion"))).toBe("label.version_hidden");
    await restoreAssetVersion(me, { kind: "model", name: "labelled", version: 1 });
    expect(await labelsOf(1)).toEqual([]);
  });

  it("refuse the word that is always the newest, unknown versions, and readers", async () => {
    expect(await codeOf(label(1, "Latest"))).toBe("label.reserved");
    expect(await codeOf(label(99, "champion"))).toBe("label.version_not_found");
    expect(await codeOf(setAssetLabel(await world.as("reader"), { kind: "model", name: "labelled", version: 1, label: "x" }))).toBe("auth.role_insufficient");
    const elsewhere = await world.as("contributor", (await buildWorkspace(world.database.store)).id);
    expect(await codeOf(setAssetLabel(elsewhere, { kind: "model", name: "labelled", version: 1, label: "x" }))).toBe("label.version_not_found");
  });

  it("come by route too", async () => {
    const headers = { authorization: `Bearer ${await world.tokenFor(me.actor)}` };
    const route = { params: Promise.resolve({ name: "labelled", version: "2", label: "by-route" }) };
    const url = "http://127.0.0.1:3000/api/v1/models/labelled/versions/2/labels/by-route";
    expect((await labelRoute.PUT(new Request(url, { method: "PUT", headers }), route)).status).toBe(200);
    expect(await labelsOf(2)).toContain("by-route");
    expect((await labelRoute.DELETE(new Request(url, { method: "DELETE", headers }), route)).status).toBe(200);
    expect(await labelsOf(2)).not.toContain("by-route");
    const bad = { params: Promise.resolve({ name: "labelled", version: "2", label: "2" }) };
    expect((await labelRoute.PUT(new Request(url, { method: "PUT", headers }), bad)).status).toBe(400);
  });
});

describe("a deployment by label", () => {
  it("is made with the version where the label stands now, and keeps it when the label moves", async () => {
    const { store } = world.database;
    const endpoint = await buildEndpoint(store, world.workspaceId);
    const [old, fresh] = [await model("picked"), await model("picked")];
    const code = await buildCode(store, world.workspaceId, { name: "picked-code" });
    const environment = await buildEnvironmentVersion(store, world.workspaceId, { name: "picked-env" });
    for (const [kind, name] of [
      ["model", "picked"],
      ["code", "picked-code"],
      ["environment", "picked-env"],
    ] as const)
      // prettier-ignore
      await setAssetLabel(me, { kind, name, version: 1, label: "production" });
    const deploy = (name: string, at: string) =>
      createDeployment(
        me,
        createDeploymentSchema.parse({
          endpoint: endpoint.name,
          name,
          model: `azureml:picked@${at}`,
          code: `azureml:picked-code@production`,
          environment: `picked-env@latest`,
          scoringScript: "score.py",
          instanceType: "sluice.nano",
        }),
      );
    expect(await deploy("blue", "production")).toMatchObject({ model: { id: old.id }, code: { id: code.id }, environment: { id: environment.id } });
    expect(await deploy("green", "latest")).toMatchObject({ model: { id: fresh.id } });
    await setAssetLabel(me, { kind: "model", name: "picked", version: 2, label: "production" });
    expect(await getModelVersion(me, { name: "picked", version: 1 })).toMatchObject({ usedBy: [{ deployment: "blue" }] });
    expect(await codeOf(deploy("red", "nowhere"))).toBe("deployment.model_unknown");
  });

  it("is used by deployments now, and by those of which an earlier revision was made of it", async () => {
    const { store } = world.database;
    const endpoint = await buildEndpoint(store, world.workspaceId);
    await model("lineage");
    await model("lineage");
    const code = await buildCode(store, world.workspaceId, { name: "lineage-code" });
    await buildEnvironmentVersion(store, world.workspaceId, { name: "lineage-env" });
    const parts = { code: "lineage-code:1", environment: "lineage-env:1", scoringScript: "score.py", instanceType: "sluice.nano" };
    await createDeployment(me, createDeploymentSchema.parse({ ...parts, endpoint: endpoint.name, name: "blue", model: "lineage:1" }));
    const change = (generation: number, version: number) =>
      updateDeployment(
        me,
        updateDeploymentSchema.parse({ ...parts, endpoint: endpoint.name, deployment: "blue", generation, model: `lineage:${String(version)}` }),
      );
    await change(1, 2);
    const blue = { endpoint: endpoint.name, deployment: "blue" };
    const lineageOf = async (version: number) => {
      const { usedBy, usedBefore } = await getModelVersion(me, { name: "lineage", version });
      return { usedBy, usedBefore };
    };
    expect(await lineageOf(1)).toEqual({ usedBy: [], usedBefore: [{ ...blue, generation: 1 }] });
    expect(await lineageOf(2)).toEqual({ usedBy: [blue], usedBefore: [] });
    expect(await getCode(me, { id: code.id })).toMatchObject({ usedBy: [blue], usedBefore: [] });
    expect(await getEnvironmentVersion(me, { name: "lineage-env", version: 1 })).toMatchObject({ usedBy: [blue], usedBefore: [] });
    await change(2, 1);
    expect(await lineageOf(1)).toEqual({ usedBy: [blue], usedBefore: [] });
    expect(await lineageOf(2)).toEqual({ usedBy: [], usedBefore: [{ ...blue, generation: 2 }] });
    await deleteDeployment(me, { endpoint: endpoint.name, deployment: "blue", confirmName: "blue" });
    expect(await lineageOf(2)).toEqual({ usedBy: [], usedBefore: [] });
  });

  it("takes the newest version that is not archived for latest", async () => {
    await model("shrinking");
    const newest = await model("shrinking");
    await archiveAssetVersion(me, { kind: "model", name: "shrinking", version: newest.version });
    expect((await listModelVersions(me, { name: "shrinking", archived: "true" })).items.map((item) => item.archivedAt === null)).toEqual([false, true]);
    expect((await listModelVersions(me, { name: "shrinking", archived: "false" })).items.map((item) => item.version)).toEqual([1]);
    expect((await world.database.store.models.findNewest(world.workspaceId, "SHRINKING"))?.version).toBe(1);
    expect(await restoreAssetVersion(me, { kind: "model", name: "shrinking", version: 2 })).toMatchObject({ archivedAt: null });
    expect((await world.database.store.models.findNewest(world.workspaceId, "shrinking"))?.version).toBe(2);
  });

  it("finds an environment again that was archived and brought back", async () => {
    await buildEnvironmentVersion(world.database.store, world.workspaceId, { name: "back" });
    await archiveAsset(me, { kind: "environment", name: "back" });
    expect((await listEnvironments(me)).items.map((item) => item.name)).not.toContain("back");
    expect((await restoreAsset(me, { kind: "environment", name: "back" })).items).toHaveLength(1);
  });
});

describe("files of a version", () => {
  const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  const big = Buffer.alloc(3 * 1024 * 1024, "0123456789abcdef\n");

  beforeAll(async () => {
    const files = [await stored("a/MLmodel", Buffer.from("flavors: {}\n")), await stored("a/big.txt", big), await stored("plot.png", png)];
    await model("filed", { files, tags: { stage: "one" } });
    await model("filed", { files: [files[0] ?? (await stored("x", png)), await stored("weights", Buffer.from([0, 1, 2, 3]))], tags: { stage: "two" } });
  });

  it("are shown as far as a page can, images and texts by their content", async () => {
    const preview = (version: number, file: string) => previewModelFile(me, { name: "filed", version, path: file });
    expect(await preview(1, "a/MLmodel")).toMatchObject({ kind: "text", language: "yaml", text: "flavors: {}\n", truncated: false });
    const large = await preview(1, "a/big.txt");
    expect([large.text?.length, large.truncated]).toEqual([256 * 1024, true]);
    expect((await preview(1, "plot.png")).image).toBe(`data:image/png;base64,${png.toString("base64")}`);
    expect(await preview(2, "weights")).toMatchObject({ kind: "binary", text: null, image: null });
    expect(await codeOf(preview(2, "../weights"))).toBe("model.file_not_found");
  });

  it("come as one tar with their content, and as single files that no browser opens", async () => {
    const headers = { authorization: `Bearer ${await world.tokenFor((await world.as("reader")).actor)}` };
    const params = { name: "filed", version: "1" };
    const answer = await downloadRoute.GET(new Request("http://x/", { headers }), { params: Promise.resolve(params) });
    expect(answer.headers.get("content-disposition")).toContain('attachment; filename="filed-1.tar"');
    const found = new Map<string, string>();
    const reader = extract();
    reader.on("entry", (header, stream, next) => {
      const hash = createHash("sha256");
      stream.pipe(hash).once("finish", () => {
        found.set(header.name, hash.digest("hex"));
        next();
      });
    });
    await new Promise<void>((resolve, reject) => {
      reader.once("finish", resolve).once("error", reject);
      Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]).pipe(reader);
    });
    expect(found.get("model/a/big.txt")).toBe(createHash("sha256").update(big).digest("hex"));
    expect([...found.keys()]).toEqual(["model/a/MLmodel", "model/a/big.txt", "model/plot.png"]);
    const one = await fileRoute.GET(new Request("http://x/?path=plot.png", { headers }), { params: Promise.resolve(params) });
    expect([one.headers.get("content-type"), one.headers.get("content-length")]).toEqual(["application/octet-stream", String(png.length)]);
    expect(Buffer.from(await one.arrayBuffer()).equals(png)).toBe(true);
    const missing = await fileRoute.GET(new Request("http://x/?path=nothing", { headers }), { params: Promise.resolve(params) });
    expect(missing.status).toBe(404);
  });

  it("break a download off when one is damaged on disk, with a line in the log that names the request and the file", async () => {
    const file = await stored("model.bin", Buffer.from("precious"));
    await model("damaged", { files: [file] });
    await writeFile(path.join(world.runtime.settings.home, "artifacts/sha256", file.sha256.slice(0, 2), file.sha256), "worthless".slice(0, 8));
    const headers = { authorization: `Bearer ${await world.tokenFor(me.actor)}` };
    const answer = await downloadRoute.GET(new Request("http://x/", { headers }), { params: Promise.resolve({ name: "damaged", version: "1" }) });
    await expect(answer.arrayBuffer()).rejects.toMatchObject({ code: "artifact.corrupt" });
    expect(JSON.parse(world.errors.at(-1) ?? "{}")).toMatchObject({
      code: "artifact.corrupt",
      brokenOff: "damaged-1.tar",
      requestId: answer.headers.get("x-request-id"),
    });
  });

  it("are compared with those of another version, and so is what is known of them", async () => {
    const comparison = await compareAssetVersions(me, { kind: "model", name: "filed", from: 1, to: 2 });
    expect(comparison.values).toEqual([{ name: "tags.stage", before: "one", after: "two" }]);
    expect(comparison.files.map(({ path: file, change }) => `${change} ${file}`)).toEqual(["removed a/big.txt", "removed plot.png", "added weights"]);
    expect(comparison.equalFiles).toBe(1);
    expect(await codeOf(compareAssetVersions(me, { kind: "model", name: "filed", from: 1, to: 9 }))).toBe("model.not_found");
  });
});
