import { setTimeout as pause } from "node:timers/promises";
import { TestGateway } from "#server/testing/haproxy";
import { routingDeployment, routingEndpoint, routingKey, routingRevision } from "#server/testing/routing";
import { makeAttack, type AttackKind } from "./attacks";
import { Random } from "./random";
import { Recorder } from "./recorder";
import { fuzzKeys } from "./request";
import { fuzzTrust } from "./tokens";
import { owners, Siege, type KindFigures } from "./siege";

const callers = 48;

export interface FuzzOptions {
  readonly seed: number;
  readonly count: number;
  /** No attack begins later. */
  readonly seconds: number;
  readonly progress?: (sent: number) => void;
}

export interface FuzzReport {
  readonly sent: number;
  readonly good: number;
  readonly kinds: ReadonlyMap<AttackKind, KindFigures>;
  /** Everything that should not have happened; empty when the gateway held. */
  readonly violations: readonly string[];
  readonly seconds: number;
}

async function besiege(): Promise<Siege> {
  const models = await Promise.all([...Object.keys(owners), "charlie-1"].map((name) => new Recorder(name).start()));
  const deployment = (name: string) =>
    routingDeployment(name, [models.find(({ model }) => model === name)?.port ?? 0], { maxConcurrentRequestsPerInstance: 1000, scoringPath: "/score" });
  const gateway = await TestGateway.start();
  await gateway.program(
    routingRevision(1, [
      routingEndpoint(
        [deployment("alpha-1"), deployment("alpha-2")],
        { "alpha-1": 100 },
        { id: "ep_a", name: "alpha", keys: [routingKey(fuzzKeys.alpha, "alpha-key")] },
      ),
      routingEndpoint(
        [deployment("bravo-1")],
        { "bravo-1": 100 },
        { id: "ep_b", name: "bravo", keys: [routingKey(fuzzKeys.bravo, "bravo-key")], pinBy: ["path", "host"] },
      ),
      routingEndpoint([deployment("charlie-1")], { "charlie-1": 100 }, { id: "ep_c", name: "charlie", authMode: "aml_token", keys: [], trusts: [fuzzTrust] }),
    ]),
  );
  return new Siege(gateway, models);
}

/** Sends so many attacks at a real gateway with good requests between them, and tells what it did wrong. */
export async function fuzzGateway({ seed, count, seconds, progress }: FuzzOptions): Promise<FuzzReport> {
  const siege = await besiege();
  const random = new Random(seed);
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) / 1000;
  let sent = 0;
  try {
    const pid = await siege.gateway.proxy.workerPid();
    const work = async (): Promise<void> => {
      while (sent < count && elapsed() < seconds) {
        const number = (sent += 1);
        if (number % 20 === 0) await siege.callRightly(number / 20);
        if (number % 1000 === 0) siege.judge();
        if (number % 5000 === 0) progress?.(number);
        await siege.attack(makeAttack(random, number));
      }
    };
    await Promise.all(Array.from({ length: callers }, work));
    await pause(500);
    siege.judge();
    siege.judgeRows();
    await siege.callRightly(count + 1);
    if ((await siege.gateway.proxy.workerPid()) !== pid) siege.violations.push("the proxy's process is another one");
    return { sent, good: siege.good, kinds: siege.kinds, violations: siege.violations, seconds: elapsed() };
  } finally {
    await siege.stop();
  }
}
