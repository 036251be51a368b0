import { setTimeout as delay } from "node:timers/promises";
import { ApiError } from "../../../playwright/fixtures/api";
import { until } from "../../../playwright/fixtures/until";
import { judged, measure, type Fault } from "../measure";
import { keepDead, pidsMatching } from "../processes";

interface Write {
  readonly text: string;
  readonly outcome: "accepted" | "refused" | "unclear";
  readonly answer: string;
}

export const databaseStopped: Fault = {
  id: "F13",
  title: "PostgreSQL is killed, stays away, comes back",
  allowed: "0 failed; writes refused clearly, none lost or half-applied",
  async run(stage, span) {
    const { api, product } = stage.world;
    const writes: Write[] = [];
    const write = async (text: string): Promise<Write> => {
      try {
        const { generation } = await api.endpoint(stage.quick);
        await api.call("PATCH", `/endpoints/${stage.quick}`, { generation, description: text });
        return { text, outcome: "accepted", answer: "" };
      } catch (error) {
        const clear = error instanceof ApiError && (error.status === 503 || error.status === 409);
        return { text, outcome: clear ? "refused" : "unclear", answer: error instanceof Error ? error.message : String(error) };
      }
    };
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      writes.push(await write("before the fault"));
      const revive = keepDead(() => pidsMatching(new RegExp(`/bin/postgres -D ${product.home}/postgres/data`)));
      while (Date.now() < watch.injectedAt + span.ms) {
        writes.push(await write(`at ${String(Date.now() - watch.injectedAt)} ms`));
        await delay(200);
      }
      await revive();
      const healedAt = Date.now();
      await until("a write to be accepted again", async () => {
        writes.push(await write(`after ${String(Date.now() - healedAt)} ms`));
        return writes.at(-1)?.outcome === "accepted";
      }, { limitMs: 120_000, everyMs: 200 }); // prettier-ignore
      watch.recovered(healedAt);
      await stage.changeRouting();
    });
    const kept = (await api.endpoint(stage.quick)).description;
    const wanted = writes.findLast(({ outcome }) => outcome === "accepted")?.text;
    const unclear = writes.filter(({ outcome }) => outcome === "unclear");
    return judged(
      measured,
      (judge) =>
        judge
          .noFailures(measured)
          .atMost("writes not refused clearly:", unclear.length, 0)
          .that(kept === wanted, `the last accepted write was lost: ${kept}`),
      [
        `${String(writes.length)} writes, ${String(writes.filter(({ outcome }) => outcome === "refused").length)} refused`,
        ...unclear.slice(0, 3).map(({ answer }) => answer),
      ],
    );
  },
};
