import { until } from "../../../playwright/fixtures/until";
import { judged, loadAt, measure, type Fault } from "../measure";
import type { Stage } from "../stage";

/** What the pair's victim may have in hand. */
const inHand = 16;

/** Takes an instance's container away and runs it again by hand, with everything but its address. */
async function recreate(stage: Stage, instanceId: string): Promise<void> {
  const container = stage.world.engine.instance(instanceId);
  const { Name, Config, HostConfig } = await container.inspect();
  await container.remove({ force: true, v: true });
  const copy = await stage.world.engine.docker.createContainer({ ...Config, name: Name.slice(1), HostConfig });
  await copy.start();
}

export const recreatedContainer: Fault = {
  id: "F20",
  title: "a container is removed and run by hand, with another address",
  allowed: "none lost but in hand while another instance exists; alone 1 s of errors",
  async run(stage, span) {
    const alone = await stage.serve("alone", { delayMs: 5, queueWaitMs: 15_000 });
    const [pairVictim] = await stage.whole(stage.quick, 2);
    const [aloneVictim] = await stage.whole(alone, 1);
    if (pairVictim === undefined || aloneVictim === undefined) throw new Error("an instance is missing");
    const specs = [...stage.standing(), { name: "alone", endpoint: alone, perSecond: 1 }];
    const measured = await measure(stage, specs, span, async (watch) => {
      await Promise.all([recreate(stage, pairVictim.id), recreate(stage, aloneVictim.id)]);
      const served = async (endpoint: string, count: number, victim: string) => {
        const ready = await stage.instances(endpoint);
        const old = ready.find(({ id }) => id === victim);
        if (ready.length !== count) return false;
        if (old === undefined) return true;
        // Taken over as it is: then its new address must be the one in use.
        const { NetworkSettings } = await stage.world.engine.instance(victim).inspect();
        return Object.values(NetworkSettings.Networks).some(({ IPAddress }) => old.address?.startsWith(`${IPAddress}:`) === true);
      };
      await until("the pair to be whole", () => served(stage.quick, 2, pairVictim.id), { limitMs: 120_000 });
      await until("the lone one to be back", () => served(alone, 1, aloneVictim.id), { limitMs: 120_000 });
      watch.recovered();
    });
    await stage.world.remove(alone);
    const [pair, lone] = [loadAt(measured, 0), loadAt(measured, 2)];
    return judged(measured, (judge) => judge.failures(pair, inHand).failures(loadAt(measured, 1), 0).failures(lone, 1));
  },
};
