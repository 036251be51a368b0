import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { setTimeout as delay } from "node:timers/promises";
import { judged, loadAt, measure, type Fault } from "../measure";
import { failedOf } from "../report";

const lossShare = "0.05";
const allowedFailures = 0.001;

/** One packet in twenty to one address vanishes. */
const rule = (action: "-I" | "-D", address: string) =>
  promisify(execFile)("iptables", [
    "-w",
    "10",
    action,
    "OUTPUT",
    "-d",
    address,
    "-m",
    "statistic",
    "--mode",
    "random",
    "--probability",
    lossShare,
    "-j",
    "DROP",
  ]);

export const badNetwork: Fault = {
  id: "F22",
  title: "5 % packet loss to one instance, then none reaches it",
  allowed: "success ≥ 99.9 % with two instances",
  async run(stage, span) {
    const victim = await stage.victim();
    const address = victim.address?.split(":")[0] ?? "";
    const { engine } = stage.world;
    const container = engine.instance(victim.id);
    const [network] = Object.keys((await container.inspect()).NetworkSettings.Networks);
    if (network === undefined) throw new Error("the instance has no network");
    let partedAt = 0;
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      await rule("-I", address);
      await delay(span.ms).finally(() => rule("-D", address));
      partedAt = Date.now();
      await engine.docker.getNetwork(network).disconnect({ Container: container.id, Force: true });
      await delay(span.ms);
      // Whether it was given up meanwhile or not, in the end there are two again.
      await engine.docker.getNetwork(network).connect({ Container: container.id, EndpointConfig: { IPAMConfig: { IPv4Address: address } } }).catch(() => undefined); // prettier-ignore
      const healedAt = Date.now();
      await stage.whole(stage.quick, 2);
      watch.recovered(healedAt);
    });
    const quick = loadAt(measured, 0);
    const failed = failedOf(quick);
    const early = failed.filter(({ dueAt }) => dueAt < partedAt - 5000).length;
    return judged(measured, (judge) => judge.failures(quick, Math.floor(quick.during.sent * allowedFailures)).failures(loadAt(measured, 1), 0), [
      `${String(early)} failed under loss, ${String(failed.length - early)} around the partition`,
    ]);
  },
};
