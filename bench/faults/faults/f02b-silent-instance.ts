import { judged, loadAt, measure, type Fault } from "../measure";

/** Of the stage's deployments. */
const requestTimeoutMs = 5000;
const inHand = 16;

/** Sends a signal to everything in a container. */
async function signal(pids: readonly number[], name: "SIGSTOP" | "SIGCONT"): Promise<void> {
  for (const pid of pids) process.kill(pid, name);
  return Promise.resolve();
}

export const silentInstance: Fault = {
  id: "F2b",
  title: "an instance hangs and nobody reports it (stopped)",
  allowed: "ejected after one request time-out, no queue afterwards",
  async run(stage, span) {
    const victim = await stage.victim();
    const { engine } = stage.world;
    const pids = await engine.pidsOf(engine.instance(victim.id), /server\.py/);
    const ms = Math.max(span.ms, 3 * requestTimeoutMs);
    const measured = await measure(stage, stage.standing(), { ...span, ms }, async (watch) => {
      await signal(pids, "SIGSTOP");
      await watch.hold(ms);
      await signal(pids, "SIGCONT");
      const healedAt = Date.now();
      await stage.whole(stage.quick, 2);
      watch.recovered(healedAt);
    });
    const quick = loadAt(measured, 0);
    const until = measured.injectedAt + requestTimeoutMs + 1000;
    const stuck = quick.samples.filter(({ dueAt, latencyMs }) => dueAt > until && dueAt < measured.healedAt && latencyMs >= requestTimeoutMs);
    return judged(
      measured,
      (judge) =>
        judge
          .failures(quick, 2 * inHand)
          .failures(loadAt(measured, 1), 0)
          .atMost("time-outs later than one request time-out:", stuck.length, inHand),
      [`${String(stuck.length)} requests were given to it later, when it was tried again`],
    );
  },
};
