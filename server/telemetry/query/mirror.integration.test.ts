import { afterEach, beforeEach, expect, it } from "vitest";
import type { MirrorRecord } from "#server/domain/mirror/types";
import { uuidV7 } from "#server/kernel/ids";
import { createTelemetryWorld, silent, type TelemetryWorld } from "#server/testing/telemetry-world";
import { ingestSteps } from "../ingest/ingest-file";
import { createIngester } from "../ingest/ingester";
import { minuteMs } from "../paths";
import { applyRetention } from "../retention/retention";
import { mirrorReport } from "./mirror";
import { endpointScope } from "./scope";

const hour = Date.UTC(2026, 10, 23, 8);
let world: TelemetryWorld;
beforeEach(async () => {
  world = await createTelemetryWorld();
  await world.endpoint({ id: "ep_1", name: "Diabetes", createdAt: hour, deployments: ["Blue", "green"] });
});
afterEach(() => world.close());

const record = (over: Partial<MirrorRecord> & { readonly startedAt: number }): MirrorRecord => ({
  requestId: uuidV7(over.startedAt),
  gatewayId: "gw_local",
  endpoint: "diabetes",
  primary: "blue",
  shadow: "green",
  outcome: "agreed",
  reason: "",
  primaryStatus: 200,
  shadowStatus: 200,
  primaryMs: 10,
  shadowMs: 20,
  difference: "",
  primaryBody: "",
  shadowBody: "",
  ...over,
});
const differing = (startedAt: number): MirrorRecord =>
  record({ startedAt, outcome: "disagreed", difference: "$[0]: 1 and 2", primaryBody: "[1]", shadowBody: "[2]" });
const report = async (limit = 50) => mirrorReport(world.db, await endpointScope(world.db, "ws_1", "diabetes"), { from: hour, to: hour + 10 * minuteMs, limit });

it("counts what became of copies, compares both models' times, and shows both answers where they differ", async () => {
  const agreeing = Array.from({ length: 9 }, (_, index) => record({ startedAt: hour + index }));
  const others = [
    record({ startedAt: hour, outcome: "failed", reason: "no_answer", shadowStatus: 0, shadowMs: -1 }),
    record({ startedAt: hour, outcome: "skipped", reason: "too_many_copies", primaryMs: -1, shadowMs: -1 }),
    record({ startedAt: hour, outcome: "unpaired", reason: "too_often" }),
    record({ startedAt: hour, endpoint: "nobody" }),
  ];
  const late = differing(hour + 5 * minuteMs);
  await world.spool(hour, 1, [...agreeing, ...others, late, "{"], "mirrored");
  const ingester = createIngester({ ...world, log: silent });
  await ingester.pass();
  expect(ingester.counters).toMatchObject({ rows: 14, malformed: 1 });
  const { pairs, disagreements } = await report();
  expect(pairs).toHaveLength(1);
  const [pair] = pairs;
  expect(pair).toMatchObject({ primary: "Blue", shadow: "green", agreed: 9, disagreed: 1, failed: 1, unpaired: 1, skipped: 1, agreement: 0.9 });
  expect(pair?.primaryMs.p50).toBeCloseTo(10, 0);
  expect(pair?.shadowMs.p50).toBeGreaterThan(18);
  expect(pair?.agreementOverTime.slice(0, 6)).toEqual([1, null, null, null, null, 0]);
  expect(disagreements).toEqual([
    {
      ...{
        requestId: late.requestId,
        at: late.startedAt,
        primary: "Blue",
        shadow: "green",
        primaryStatus: 200,
        shadowStatus: 200,
        primaryMs: 10,
        shadowMs: 20,
      },
      ...{ difference: "$[0]: 1 and 2", primaryBody: "[1]", shadowBody: "[2]" },
    },
  ]);
});

it.each(ingestSteps.filter((step) => step !== "parquet"))("counts nothing twice after dying behind step %s", async (step) => {
  await world.spool(hour, 1, [record({ startedAt: hour }), differing(hour + 1)], "mirrored");
  let armed = true;
  const dying = createIngester({
    ...world,
    log: silent,
    onStep: (at) => {
      if (at !== step || !armed) return;
      armed = false;
      throw new Error("killed");
    },
  });
  await dying.pass();
  for (let again = 0; again < 2; again += 1) await createIngester({ ...world, log: silent }).pass();
  const { pairs, disagreements } = await report();
  expect(pairs).toMatchObject([{ agreed: 1, disagreed: 1 }]);
  expect(disagreements).toHaveLength(1);
});

it("keeps the newest disagreements only, however many there are, and drops all of them in time", async () => {
  for (let file = 1; file <= 12; file += 1)
    await world.spool(
      hour + file,
      file,
      Array.from({ length: 60 }, (_, index) => differing(hour + file * 1000 + index)),
      "mirrored",
    );
  await createIngester({ ...world, log: silent }).pass();
  const { pairs, disagreements } = await report(500);
  expect(pairs).toMatchObject([{ disagreed: 720 }]);
  expect(disagreements).toHaveLength(500);
  expect(disagreements.at(-1)?.at).toBe(hour + 3 * 1000 + 10);
  const [{ count } = { count: 0 }] = await world.db.query<{ count: number }>("SELECT count(*)::int AS count FROM mirror_disagreement");
  expect(count).toBe(500);
  await applyRetention(world.home, world.db, { rawDays: 1, metricDays: 2, logDays: 1, logBytes: 1 }, hour + 3 * 86_400_000);
  expect(await report(500)).toMatchObject({ pairs: [], disagreements: [] });
});
