import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildEnvironmentVersion, buildWorkspace } from "#server/testing/builders";
import { codeOf } from "#server/testing/code-of";
import { newId } from "#server/kernel/ids";
import { listBaseRefreshes, requestBaseRefresh } from "./base-refreshes";
import { getBuild, getBuildSbom } from "./builds";
import type { OperationContext } from "./context";
import { getEnvironmentVersion, updateEnvironment } from "./environments";

let world: ApiWorld;
let me: OperationContext;

beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("contributor");
});
afterAll(() => world.close());

describe("a refresh of the base images", () => {
  it("is asked for once at a time, tells who asked, and ends with what was new", async () => {
    const first = await requestBaseRefresh(me);
    expect(first).toMatchObject({ state: "Queued", requestedBy: me.actor.name, changed: [], finishedAt: null });
    expect((await requestBaseRefresh(await world.as("owner"))).id).toBe(first.id);
    const { baseRefreshes } = world.database.store;
    await baseRefreshes.update(first.id, { state: "Succeeded", changed: ["platform"], finishedAt: world.clock.now() });
    const second = await requestBaseRefresh(me);
    expect(second.id).not.toBe(first.id);
    await baseRefreshes.update(second.id, { state: "Failed", reason: "BaseBuildFailed", message: "no network", hint: "Try again." });
    expect((await listBaseRefreshes(await world.as("reader"))).items).toMatchObject([
      { id: second.id, state: "Failed", reason: "BaseBuildFailed", message: "no network", hint: "Try again." },
      { id: first.id, state: "Succeeded", changed: ["platform"] },
    ]);
  });

  it("is not for readers to ask for", async () => {
    expect(await codeOf(requestBaseRefresh(await world.as("reader")))).toBe("auth.role_insufficient");
  });
});

describe("the policy of an environment's name", () => {
  it("holds for all of its versions, and every write is seen by who rolls", async () => {
    const { store } = world.database;
    for (let version = 1; version <= 2; version += 1) await buildEnvironmentVersion(store, world.workspaceId, { name: "patched" });
    expect(await getEnvironmentVersion(me, { name: "patched", version: 1 })).toMatchObject({ rollPolicy: "manual", behind: [] });
    const { items } = await updateEnvironment(me, { name: "patched", rollPolicy: "automatic" });
    expect(items.map(({ rollPolicy }) => rollPolicy)).toEqual(["automatic", "automatic"]);
  });

  it("is changed neither by readers nor from another workspace", async () => {
    const wish = { name: "patched", rollPolicy: "manual" } as const;
    expect(await codeOf(updateEnvironment(await world.as("reader"), wish))).toBe("auth.role_insufficient");
    const elsewhere = await world.as("contributor", (await buildWorkspace(world.database.store)).id);
    expect(await codeOf(updateEnvironment(elsewhere, wish))).toBe("environment.not_found");
    expect(await getEnvironmentVersion(me, { name: "patched", version: 2 })).toMatchObject({ rollPolicy: "automatic" });
  });
});

describe("the bill of materials of an image", () => {
  const document = { bomFormat: "CycloneDX", components: [{ name: "scikit-learn", version: "1.7.2" }] };

  async function built(): Promise<string> {
    const { store } = world.database;
    const { id, contentHash } = await buildEnvironmentVersion(store, world.workspaceId);
    const row = { id: newId("build"), workspaceId: world.workspaceId, environmentVersionId: id, contentHash, createdAt: world.clock.now() };
    return (await store.builds.insertIfAbsent(row)).id;
  }

  it("is there once packages were listed, and is summed up with its build", async () => {
    const id = await built();
    expect(await codeOf(getBuildSbom(me, { id }))).toBe("build.sbom_not_found");
    expect((await getBuild(me, { id })).sbom).toBeNull();
    await world.database.store.sboms.put({ buildId: id, document, packageCount: 1, digest: "a", createdAt: world.clock.now() });
    const reader = await world.as("reader");
    expect(await getBuildSbom(reader, { id })).toEqual(document);
    expect((await getBuild(reader, { id })).sbom).toMatchObject({ packageCount: 1 });
  });

  it("is no other workspace's to read", async () => {
    const elsewhere = await world.as("contributor", (await buildWorkspace(world.database.store)).id);
    expect(await codeOf(getBuildSbom(elsewhere, { id: await built() }))).toBe("build.not_found");
  });
});
