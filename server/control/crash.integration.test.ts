import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ControlWorld, SimulatedCrash } from "#server/testing/control-world";

let world: ControlWorld;
beforeEach(async () => {
  world = await ControlWorld.open();
});
afterEach(async () => {
  await world.close();
});

/** Counts every write and every driver call, before and after its effect, and ends the control plane at the n-th of these points. */
class CrashPoint {
  reached = 0;
  crashed = false;

  constructor(private readonly at: number) {
    world.onWrite = () => this.step();
    world.sim.onVerb = () => this.step();
  }

  private step(): void {
    this.reached += 1;
    // Once dead it stays dead: nothing that the old process still tries may have an effect.
    if (this.crashed || this.reached === this.at) {
      this.crashed = true;
      throw new SimulatedCrash(`at point ${String(this.at)}`);
    }
  }

  disarm(): void {
    world.onWrite = () => undefined;
    world.sim.onVerb = () => undefined;
  }
}

/** Works until the crash, then starts a successor over what was left, and lets that finish. */
async function throughCrash(at: number, begin: () => Promise<void>, finished: () => Promise<boolean>): Promise<number | null> {
  const point = new CrashPoint(at);
  await begin();
  await world
    .until("crash or end", async () => point.crashed || (await finished()))
    .catch((error: unknown) => {
      if (!point.crashed) throw error;
    });
  point.disarm();
  if (!point.crashed) return null;
  await world.restart();
  await world.until(`convergence after a crash at point ${String(at)}`, finished);
  return point.reached;
}

/** Settled, and everything that ended is given back. */
async function converged(id: string): Promise<boolean> {
  const row = await world.state(id);
  const rows = await world.store.instances.listByDeployment(id);
  return (
    row?.provisioningState === "Succeeded" && row.observedGeneration === row.generation && rows.every((one) => one.ready && one.desiredState === "Running")
  );
}

async function expectNothingDoubled(id: string, count: number): Promise<void> {
  const rows = await world.store.instances.listByDeployment(id);
  const containers = [...world.sim.containers.values()].filter((container) => container.spec.deploymentId === id);
  expect(rows).toHaveLength(count);
  expect(new Set(rows.map((row) => row.slot)).size).toBe(count);
  expect(containers.map((container) => container.instanceId).sort()).toEqual(rows.map((row) => row.id).sort());
  expect([...world.sim.volumes.values()].filter((volume) => volume.deploymentId === id)).toHaveLength(1);
}

/** Each story is played once for every point of itself: that is work and no waiting, which a machine that is busy with other things does several times slower. */
const timeout = 900_000;

describe("killing the control plane", () => {
  it("at any step of a deployment loses nothing and doubles nothing", { timeout }, async () => {
    let points = 0;
    for (let at = 1; ; at += 1) {
      const endpoint = await world.endpoint();
      const deployment = await world.deployment(endpoint, "blue", { instanceCount: 1 });
      await world.traffic(endpoint.id, { blue: 100 });
      const finished = async () => (await converged(deployment.id)) && (await world.store.trafficChanges.listByEndpoint(endpoint.id, 1))[0]?.appliedAt !== null;
      const reached = await throughCrash(at, () => Promise.resolve(), finished);
      await expectNothingDoubled(deployment.id, 1);
      expect((await world.store.instances.listHistory(deployment.id, 10)).length).toBe(1);
      const routed = (await world.store.routing.findNewest())?.document.endpoints.find((one) => one.id === endpoint.id);
      expect(routed?.weights).toEqual({ blue: 100 });
      await world.delete(endpoint.id);
      await world.until("deleted", async () => (await world.store.endpoints.findById(endpoint.id))?.deletedAt !== null);
      if (reached === null) break;
      points = at;
    }
    expect(points).toBeGreaterThan(40);
    expect(world.sim.containers.size + world.sim.volumes.size + world.sim.networks.size).toBe(0);
  });

  it("at any step of a rolling update keeps one instance serving and ends with one of the new spec", { timeout }, async () => {
    const endpoint = await world.endpoint();
    const deployment = await world.deployment(endpoint, "blue");
    await world.untilState(deployment.id, "Succeeded");
    await world.traffic(endpoint.id, { blue: 100 });
    await world.settle();
    for (let at = 1; ; at += 1) {
      const hash = `hash-${String(at + 1)}`;
      const reached = await throughCrash(
        at,
        () => world.change(deployment.id, { environmentVariables: { TURN: String(at) } }, hash),
        () => converged(deployment.id),
      );
      await expectNothingDoubled(deployment.id, 1);
      expect((await world.store.instances.listByDeployment(deployment.id))[0]?.specHash).toBe(hash);
      if (reached === null) break;
    }
  });

  it("at any step of a deletion leaves nothing behind", { timeout }, async () => {
    for (let at = 1; ; at += 1) {
      const endpoint = await world.endpoint();
      const deployment = await world.deployment(endpoint, "blue");
      await world.untilState(deployment.id, "Succeeded");
      const reached = await throughCrash(
        at,
        () => world.delete(endpoint.id),
        async () => (await world.store.endpoints.findById(endpoint.id))?.deletedAt !== null,
      );
      await world.settle();
      expect(world.sim.containers.size + world.sim.volumes.size + world.sim.networks.size).toBe(0);
      if (reached === null) break;
    }
    expect(await world.store.instances.listLive()).toEqual([]);
  });
});

describe("two control planes", () => {
  it("never both create: the one that lost the lease cannot write", async () => {
    const endpoint = await world.endpoint();
    const deployment = await world.deployment(endpoint, "blue", { instanceCount: 3 });
    const former = world.runtime;
    await world.restart();
    await former.resync();
    const signal = new AbortController().signal;
    await Promise.all([former.runDue(signal), world.runtime.runDue(signal)]);
    await world.untilState(deployment.id, "Succeeded");
    await former.runDue(signal);
    await expectNothingDoubled(deployment.id, 3);
    expect((await world.store.instances.listHistory(deployment.id, 20)).length).toBe(3);
  });
});
