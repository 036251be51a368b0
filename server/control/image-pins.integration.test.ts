import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findCondition } from "#server/domain/condition";
import { newId } from "#server/kernel/ids";
import type { DeploymentRow } from "#server/store/deployments";
import { buildEnvironmentVersion, environmentSpec } from "#server/testing/builders";
import { ControlWorld, testVault } from "#server/testing/control-world";

const reference = "registry.example/team/app:1";
const digests = { first: `sha256:${"1".repeat(64)}`, second: `sha256:${"2".repeat(64)}` };
const pinned = (digest: string): string => `registry.example/team/app@${digest}`;

let world: ControlWorld;
beforeEach(async () => {
  world = await ControlWorld.open({ images: ["example/inference:1", "example/initializer:1", "example/python:1"] });
  world.sim.accounts.set("registry.example", { username: "puller", password: "right" });
  world.sim.tags.set(reference, digests.first);
});
afterEach(async () => {
  await world.close();
});

/** Keeps these credentials as the operation does. */
async function connect(password: string): Promise<string> {
  const id = newId("connection");
  const sealed = testVault.seal(JSON.stringify({ password }), id);
  const row = {
    id,
    workspaceId: world.workspaceId,
    name: id,
    kind: "container_registry" as const,
    address: "registry.example",
    properties: { username: "puller" },
  };
  await world.store.connections.insert({ ...row, createdBy: "usr", createdAt: world.clock.now(), sealed });
  await world.store.changes.append("connection", id);
  return id;
}

const imagesOf = async (deployment: DeploymentRow): Promise<readonly unknown[]> =>
  (await world.store.instances.listByDeployment(deployment.id)).map((row) => (row.runSpec as { run: { image: string } }).run.image);

const environmentOf = (image: string) => buildEnvironmentVersion(world.store, world.workspaceId, { spec: environmentSpec({ image }) });

async function roll(deployment: DeploymentRow): Promise<void> {
  await world.store.deployments.requestRoll(deployment.id);
  await world.store.changes.append("deployment", deployment.id);
  await world.until("the roll's end", async () => {
    const row = await world.state(deployment.id);
    const rows = await world.store.instances.listByDeployment(deployment.id);
    return row?.rollObserved === row?.rollRequested && row?.observedGeneration === row?.generation && rows.length === 1 && rows.every((one) => one.ready);
  });
}

describe("a deployment of a tag", () => {
  it("is pinned to the digest that the tag had, through moved tags, scaling and dead instances, until somebody rolls it", async () => {
    await connect("right");
    const endpoint = await world.endpoint();
    const environmentVersionId = (await environmentOf(reference)).id;
    const blue = await world.deployment(endpoint, "blue", { environmentVersionId });
    await world.untilState(blue.id, "Succeeded");
    expect(await imagesOf(blue)).toEqual([pinned(digests.first)]);
    expect(await world.store.deployments.findRevision(blue.id, 1)).toMatchObject({ imageRef: pinned(digests.first), imageDigest: digests.first });

    world.sim.tags.set(reference, digests.second);
    const [instance] = await world.store.instances.listByDeployment(blue.id);
    world.sim.kill(instance?.id ?? "");
    world.runtime.enqueue("instance", instance?.id ?? "");
    await world.change(blue.id, { instanceCount: 2 });
    await world.until("two instances again", async () => {
      const rows = (await world.store.instances.listByDeployment(blue.id)).filter((row) => row.ready);
      return rows.length === 2 && rows.every((row) => row.id !== instance?.id);
    });
    expect(new Set(await imagesOf(blue))).toEqual(new Set([pinned(digests.first)]));

    const green = await world.deployment(endpoint, "green", { environmentVersionId });
    await world.untilState(green.id, "Succeeded");
    expect(await imagesOf(green)).toEqual([pinned(digests.second)]);

    await world.change(blue.id, { instanceCount: 1 });
    await roll(blue);
    expect(await imagesOf(blue)).toEqual([pinned(digests.second)]);
    const revision = (await world.state(blue.id))?.imageRevision;
    await roll(blue);
    expect((await world.state(blue.id))?.imageRevision).toBe(revision);
  });

  it("takes the tag anew with a changed spec, and stays as it is when a roll cannot be had", async () => {
    await connect("right");
    const environmentVersionId = (await environmentOf(reference)).id;
    const blue = await world.deployment(await world.endpoint(), "blue", { environmentVersionId });
    await world.untilState(blue.id, "Succeeded");
    world.sim.tags.set(reference, digests.second);
    await world.change(blue.id, { environmentVariables: { A: "2" } }, "hash-2");
    await world.untilState(blue.id, "Succeeded");
    expect(await imagesOf(blue)).toEqual([pinned(digests.second)]);

    world.sim.tags.delete(reference);
    await roll(blue);
    expect(await imagesOf(blue)).toEqual([pinned(digests.second)]);
    const events = await world.store.events.list({ workspaceId: world.workspaceId, deploymentId: blue.id, limit: 50 });
    expect(events.find((event) => event.reason === "ImageTagMissing")).toMatchObject({
      severity: "warning",
      message: expect.stringContaining("stays on its image") as unknown,
    });
    expect((await world.state(blue.id))?.provisioningState).toBe("Succeeded");
  });

  it("that its registry refuses says what to do, and goes on by itself once the credentials are right", async () => {
    const wrong = await connect("wrong");
    const blue = await world.deployment(await world.endpoint(), "blue", { environmentVersionId: (await environmentOf(reference)).id });
    await world.untilState(blue.id, "Failed");
    const condition = findCondition((await world.state(blue.id))?.conditions ?? [], "ImageReady");
    expect(condition).toMatchObject({ status: "False", reason: "RegistryDenied", hint: expect.stringContaining("password") as unknown });
    expect(await world.store.connections.findById(wrong)).toMatchObject({ state: "Denied" });
    await world.store.connections.remove(wrong);
    const right = await connect("right");
    await world.untilState(blue.id, "Succeeded");
    expect(await world.store.connections.findById(right)).toMatchObject({ state: "Working", message: null });
  });

  it("is not for a workspace without the credentials, even when the image is on the host by now", async () => {
    await connect("right");
    const blue = await world.deployment(await world.endpoint(), "blue", { environmentVersionId: (await environmentOf(reference)).id });
    await world.untilState(blue.id, "Succeeded");
    for (const connection of await world.store.connections.listByWorkspace(world.workspaceId)) await world.store.connections.remove(connection.id);
    world.sim.images.set(reference, { ...world.sim.addImage(reference), contentHash: "", createdAt: world.clock.now(), digests: [pinned(digests.first)] });
    const green = await world.deployment(await world.endpoint(), "green", { environmentVersionId: (await environmentOf(reference)).id });
    await world.untilState(green.id, "Failed");
    expect(findCondition((await world.state(green.id))?.conditions ?? [], "ImageReady")).toMatchObject({ reason: "RegistryDenied" });
  });
});

it("a build stands on exactly the base that its name stood for, and shares its image with none that stood on another", async () => {
  await connect("right");
  const dockerfile = `FROM ${reference}\nRUN true\n`;
  const first = await buildEnvironmentVersion(world.store, world.workspaceId, { spec: environmentSpec({ image: null, dockerfile }) });
  const blue = await world.deployment(await world.endpoint(), "blue", { environmentVersionId: first.id });
  await world.untilState(blue.id, "Succeeded");
  const built = await world.store.builds.findByContentHash(first.contentHash);
  expect(built).toMatchObject({ bases: [{ reference, digest: digests.first }], revision: 1 });
  expect(built?.steps.map(({ title, state }) => [title, state])).toEqual([
    [`Pull ${reference}`, "done"],
    [`FROM ${pinned(digests.first)}`, "done"],
    ["RUN true", "done"],
    ["List packages", "done"],
  ]);
  world.sim.tags.set(reference, digests.second);
  const again = await buildEnvironmentVersion(world.store, world.workspaceId, { spec: environmentSpec({ image: null, dockerfile }) });
  const green = await world.deployment(await world.endpoint(), "green", { environmentVersionId: again.id });
  await world.untilState(green.id, "Succeeded");
  expect((await world.store.builds.findByContentHash(again.contentHash))?.imageRef).not.toBe(built?.imageRef);
});

describe("a build", () => {
  const slow = environmentSpec({ image: null, dockerfile: "FROM example/python:1\nRUN sleep 3600\n" });

  async function request(spec = slow) {
    const environment = await buildEnvironmentVersion(world.store, world.workspaceId, { spec });
    const { id: environmentVersionId, contentHash } = environment;
    const row = { id: newId("build"), workspaceId: world.workspaceId, environmentVersionId, contentHash, createdAt: world.clock.now() };
    const build = await world.store.builds.insertIfAbsent(row);
    await world.store.changes.append("image_build", build.id);
    return build;
  }
  const cancel = async (id: string): Promise<void> => {
    await world.store.builds.requestCancel(id);
    await world.store.changes.append("image_build", id);
  };
  const stateOf = async (id: string) => (await world.store.builds.findById(id))?.state;

  it("can be cancelled while it waits and while it runs, and tried again afterwards", async () => {
    const stop = new AbortController();
    const running = world.runtime.run(stop.signal);
    const first = await request();
    await world.live("the first build runs", async () => (await stateOf(first.id)) === "Building");
    const second = await request();
    await cancel(second.id);
    await world.live("the waiting one is cancelled", async () => (await stateOf(second.id)) === "Canceled");
    expect(await stateOf(first.id)).toBe("Building");
    await cancel(first.id);
    await world.live("the running one is cancelled", async () => (await stateOf(first.id)) === "Canceled");
    expect(await world.store.builds.findById(first.id)).toMatchObject({ reason: "BuildCanceled", observedAttempt: 1 });
    expect(await world.store.builds.requestCancel(first.id)).toBeNull();
    expect(await world.store.builds.requestRetry(first.id)).toMatchObject({ attempt: 2 });
    await world.store.changes.append("image_build", first.id);
    await world.live("the next attempt runs", async () => (await stateOf(first.id)) === "Building");
    stop.abort(new Error("over"));
    world.clock.advance(20_000);
    await running;
  });

  it("whose registry does not answer waits for it a while, and then fails saying so", async () => {
    const build = await request(environmentSpec({ image: null, dockerfile: "FROM away/base:1\n" }));
    await world.settle();
    expect(await stateOf(build.id)).toBe("Building");
    await world.until("patience ends", async () => (await stateOf(build.id)) === "Failed", 300_000);
    expect(await world.store.builds.findById(build.id)).toMatchObject({ reason: "RegistryUnreachable" });
  });

  it("that a crash left running is ended by the wish to cancel it", async () => {
    const build = await request();
    await world.store.builds.update(build.id, { state: "Building", startedAt: world.clock.now() });
    await cancel(build.id);
    await world.restart();
    await world.settle();
    expect(await stateOf(build.id)).toBe("Canceled");
  });
});
