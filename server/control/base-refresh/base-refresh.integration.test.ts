import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DriverError } from "#server/drivers/compute-driver";
import { newId } from "#server/kernel/ids";
import type { DeploymentRow } from "#server/store/deployments";
import { buildEnvironmentVersion, environmentSpec } from "#server/testing/builders";
import { ControlWorld, SimulatedCrash, testControlSettings } from "#server/testing/control-world";
import { baseRefreshKey } from "./reconcile";

const dayMs = 86_400_000;
let world: ControlWorld;
/** Version of the one package that is in every image; raised by the world outside, seen by images that are refreshed after it. */
let released = "1";
beforeEach(async () => {
  released = "1";
  world = await ControlWorld.open();
  // A refreshed image has what was released when it was made; every other has what came first.
  const made = new Map<string, string>();
  world.sim.packagesOf = (reference) => {
    if (reference.includes("/base:") && !made.has(reference)) made.set(reference, released);
    return [{ kind: "deb", name: "openssl", version: made.get(reference) ?? "1", license: null }];
  };
});
afterEach(() => world.close());

const refreshes = () => world.store.baseRefreshes.list(20);

async function ask(): Promise<void> {
  world.clock.advance(1000);
  await world.store.transaction((session) => session.baseRefreshes.request({ id: newId("baseRefresh"), requestedBy: "usr", createdAt: world.clock.now() }));
  await world.store.changes.append("base_refresh", baseRefreshKey);
}

async function refresh(): Promise<void> {
  await ask();
  await world.until("the refresh's end", async () => {
    const [newest] = await refreshes();
    return newest?.state !== "Queued" && newest?.state !== "Building" && (await world.store.builds.listOpen()).length === 0;
  });
  await world.settle();
}

async function deployed(name = "blue"): Promise<DeploymentRow> {
  const environment = await buildEnvironmentVersion(world.store, world.workspaceId, { spec: environmentSpec({ image: null, requirements: "numpy\n" }) });
  const row = await world.deployment(await world.endpoint(), name, { environmentVersionId: environment.id });
  await world.untilState(row.id, "Succeeded");
  return row;
}

/** Long enough for another look by itself. */
async function later(): Promise<void> {
  for (let hours = 0; hours < 3; hours += 1) {
    world.clock.advance(3_600_000);
    await world.settle();
  }
}

const buildsOf = async (deployment: DeploymentRow) => {
  const version = await world.store.environments.findVersion(deployment.spec.environmentVersionId);
  return world.store.builds.listRevisions(version?.contentHash ?? "");
};
const imageRevision = async (deployment: DeploymentRow) => {
  const row = await world.state(deployment.id);
  return (await buildsOf(deployment)).find((build) => build.id === row?.imageBuildId)?.revision;
};

describe("a refreshed base", () => {
  it("has everything that stands on the old one built anew, once, and leaves deployments where they are", async () => {
    const blue = await deployed();
    const [first] = await buildsOf(blue);
    released = "2";
    await refresh();
    const [refreshed] = await refreshes();
    expect(refreshed).toMatchObject({ state: "Succeeded", changed: ["platform", "platform-inference"], requestedBy: "usr" });
    const builds = await buildsOf(blue);
    expect(builds.map(({ revision, state }) => [revision, state])).toEqual([
      [2, "Succeeded"],
      [1, "Succeeded"],
    ]);
    expect(builds[0]?.cause).toContain("base image refreshed on");
    expect(builds[0]?.bases).toEqual([{ reference: "platform", digest: refreshed?.images[0]?.id }]);
    expect(builds[0]?.imageRef).not.toBe(first?.imageRef);
    expect(await imageRevision(blue)).toBe(1);
    await later();
    expect(await buildsOf(blue)).toHaveLength(2);
    const green = await world.deployment(await world.endpoint(), "green", { environmentVersionId: blue.spec.environmentVersionId });
    await world.untilState(green.id, "Succeeded");
    expect(await imageRevision(green)).toBe(2);
  });

  it("in which nothing is new changes nothing", async () => {
    const blue = await deployed();
    await refresh();
    expect(await refreshes()).toMatchObject([{ state: "Succeeded", changed: [] }]);
    released = "2";
    await refresh();
    await refresh();
    expect((await refreshes()).map(({ changed }) => changed.length)).toEqual([0, 2, 0]);
    expect(await buildsOf(blue)).toHaveLength(2);
  });

  it("is used by environments that are the platform's image itself, too", async () => {
    const environment = await buildEnvironmentVersion(world.store, world.workspaceId, { spec: environmentSpec({ image: null }) });
    const blue = await world.deployment(await world.endpoint(), "blue", { environmentVersionId: environment.id });
    await world.untilState(blue.id, "Succeeded");
    released = "2";
    await refresh();
    const [newest] = await buildsOf(blue);
    const [{ images } = { images: [] }] = await refreshes();
    expect(newest).toMatchObject({ revision: 2, imageRef: images.find(({ name }) => name === "platform-inference")?.reference });
  });

  it("that cannot be made says why, and one that breaks an environment's build leaves its deployment alone", async () => {
    const blue = await deployed();
    world.sim.failNext("buildImage", new DriverError("resources_exhausted", "no space left on device"));
    await refresh();
    expect(await refreshes()).toMatchObject([{ state: "Failed", reason: "ResourcesExhausted" }]);
    released = "2";
    world.template = "FROM @BASE@\nRUN exit 1\n";
    await refresh();
    expect((await buildsOf(blue)).map(({ state }) => state)).toEqual(["Failed", "Succeeded"]);
    expect(await world.state(blue.id)).toMatchObject({ provisioningState: "Succeeded" });
    world.template = testControlSettings.environmentTemplate.dockerfile;
    released = "3";
    await refresh();
    expect((await buildsOf(blue)).map(({ state }) => state)).toEqual(["Succeeded", "Failed", "Succeeded"]);
  });

  it("rolls deployments where the policy says so, once per image, and never against a person's later word", async () => {
    const [blue, green] = [await deployed("blue"), await deployed("green")];
    const version = await world.store.environments.findVersion(blue.spec.environmentVersionId);
    await world.store.environments.setRollPolicy(version?.environmentId ?? "", "automatic");
    released = "2";
    await refresh();
    await world.until("blue is rolled", async () => (await imageRevision(blue)) === 2);
    await world.untilState(blue.id, "Succeeded");
    expect(await imageRevision(green)).toBe(1);
    const [revision] = await world.store.deployments.listRevisions(blue.id, 1);
    expect(revision).toMatchObject({ actorName: "Sluice", generation: 2 });
    const events = await world.store.events.list({ workspaceId: world.workspaceId, deploymentId: blue.id, limit: 50 });
    expect(events.map(({ reason }) => reason)).toEqual(expect.arrayContaining(["ImageRollByPolicy", "ImageRolled"]));
    await later();
    expect((await world.state(blue.id))?.rollRequested).toBe(1);
    const containers = [...world.sim.containers.values()].filter(({ spec }) => spec.deploymentId === blue.id);
    expect(containers.map(({ spec }) => spec.image)).toEqual([(await buildsOf(blue))[0]?.imageRef]);
  });

  it("survives a crash at every write and leaves the same as without one", async () => {
    const blue = await deployed();
    const version = await world.store.environments.findVersion(blue.spec.environmentVersionId);
    await world.store.environments.setRollPolicy(version?.environmentId ?? "", "automatic");
    released = "2";
    await ask();
    for (let at = 0; at < 12; at += 1) {
      let left = at;
      world.onWrite = (when) => {
        if (when === (at % 2 === 0 ? "after" : "before") && left-- === 0) throw new SimulatedCrash();
      };
      await world.restart().catch(() => undefined);
      await world.settle().catch(() => undefined);
    }
    world.onWrite = () => undefined;
    await world.restart();
    await world.until("blue is rolled", async () => (await imageRevision(blue)) === 2);
    await world.untilState(blue.id, "Succeeded");
    expect(await refreshes()).toMatchObject([{ state: "Succeeded" }]);
    expect(await buildsOf(blue)).toHaveLength(2);
    expect((await world.state(blue.id))?.rollRequested).toBe(1);
  });
});

describe("the schedule", () => {
  it("counts from the age of the product's base, then from the last refresh, and waits a day after a failure", async () => {
    const python = world.sim.addPlatformImage("python-base", "1", world.clock.now());
    await world.close();
    world = await ControlWorld.open({ settings: { images: { ...testControlSettings.images, python }, baseRefresh: { everyMs: 14 * dayMs } } });
    world.sim.addPlatformImage("python-base", "1", world.clock.now());
    await world.settle();
    expect(await refreshes()).toEqual([]);
    world.clock.advance(14 * dayMs);
    await world.until("a refresh", async () => (await refreshes()).length === 1);
    await world.until("its end", async () => (await refreshes())[0]?.state === "Succeeded");
    expect(await refreshes()).toMatchObject([{ requestedBy: "" }]);
    world.clock.advance(14 * dayMs);
    world.sim.failNext("buildImage", new DriverError("resources_exhausted", "no space left on device"));
    await world.until("the next one's failure", async () => (await refreshes())[0]?.state === "Failed");
    world.clock.advance(dayMs / 2);
    await world.settle();
    expect(await refreshes()).toHaveLength(2);
    world.clock.advance(dayMs);
    await world.until("another try", async () => (await refreshes())[0]?.state === "Succeeded");
    expect(await refreshes()).toHaveLength(3);
  });
});

it("images that a refresh replaced are swept once nothing runs them", async () => {
  const blue = await deployed();
  const pinned = (await buildsOf(blue))[0]?.imageRef ?? "";
  const replaced: string[] = [];
  for (released of ["2", "3", "4", "5", "6", "7"]) {
    await refresh();
    replaced.push((await buildsOf(blue))[0]?.imageRef ?? "", (await refreshes())[0]?.images[0]?.reference ?? "");
    world.clock.advance(1000);
  }
  world.clock.advance(30 * dayMs);
  world.runtime.enqueue("sweep", "all");
  await world.settle();
  expect(world.sim.images.has(pinned)).toBe(true);
  expect(replaced.map((reference) => world.sim.images.has(reference)).slice(-2)).toEqual([true, true]);
  expect(replaced.slice(0, 2).map((reference) => world.sim.images.has(reference))).toEqual([false, false]);
});
