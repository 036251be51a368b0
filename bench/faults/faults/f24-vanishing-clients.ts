import { readFileSync } from "node:fs";
import https from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { judged, measure, type Fault } from "../measure";

const [delayMs, concurrency, perSecond, vanishingShare] = [200, 4, 25, 0.3];
/** Between a client's going and the proxy's taking it out of the queue a request may still start. */
const noticeMs = 100;

interface Call {
  readonly id: string;
  vanishedAt: number | null;
  answered: boolean;
}

export const vanishingClients: Fault = {
  id: "F24",
  title: "30 % of the clients vanish before their answer",
  allowed: "queued ones never start; running ones are cancelled",
  async run(stage, span) {
    const endpoint = await stage.serve("left", { delayMs, concurrency, queueWaitMs: 5000 });
    const { gatewayUrl, caFile } = stage.world.product;
    const agent = new https.Agent({ ca: readFileSync(caFile), keepAlive: false });
    const authorization = `Bearer ${(await stage.world.api.keys(endpoint)).primaryKey}`;
    const calls: Call[] = [];
    const call = (): void => {
      const own: Call = { id: `call-${String(calls.length)}`, vanishedAt: null, answered: false };
      const headers = { authorization, "x-ms-client-request-id": own.id, "content-type": "application/json" };
      const sent = https.request(`${gatewayUrl}/endpoints/${endpoint}/score`, { method: "POST", agent, headers }, (response) => {
        response.resume();
        own.answered = true;
      });
      sent.on("error", () => undefined);
      sent.end("{}");
      if (Math.random() >= vanishingShare) return;
      setTimeout(
        () => {
          if (own.answered) return;
          own.vanishedAt = Date.now();
          sent.destroy();
        },
        20 + Math.random() * delayMs,
      );
    };
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      for (let sent = 0; Date.now() < watch.injectedAt + span.ms; sent += 1) {
        call();
        await delay(Math.max(0, watch.injectedAt + (sent + 1) * (1000 / perSecond) - Date.now()));
      }
    });
    const [instance] = await stage.whole(endpoint, 1);
    if (instance === undefined) throw new Error("the instance is gone");
    const { startedIds, cancelled, started } = await stage.counters(instance);
    await stage.world.remove(endpoint);
    const vanished = calls.flatMap(({ id, vanishedAt }) => (vanishedAt === null ? [] : [{ startedAt: startedIds[id], vanishedAt }]));
    const neverStarted = vanished.filter(({ startedAt }) => startedAt === undefined).length;
    const startedLate = vanished.filter(({ startedAt, vanishedAt }) => startedAt !== undefined && startedAt > vanishedAt + noticeMs).length;
    const running = vanished.length - neverStarted - startedLate;
    return judged(
      measured,
      (judge) =>
        judge
          .noFailures(measured)
          .atMost("started although their clients were gone:", startedLate, 0)
          .that(cancelled >= running * 0.9, `${String(cancelled)} of ${String(running)} running ones were cancelled`),
      [
        `${String(calls.length)} calls, ${String(started)} started; ${String(vanished.length)} vanished, ${String(neverStarted)} of them while queued, ${String(cancelled)} cancelled`,
      ],
    );
  },
};
