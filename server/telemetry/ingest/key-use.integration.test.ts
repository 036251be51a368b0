import { afterEach, beforeEach, expect, it } from "vitest";
import { utcDay } from "#server/domain/endpoint/client-key";
import { createTelemetryWorld, requestRow, silent, type TelemetryWorld } from "#server/testing/telemetry-world";
import { createIngester } from "./ingester";

const hour = Date.UTC(2026, 10, 23, 23);
const day = utcDay(hour);
let world: TelemetryWorld;

beforeEach(async () => {
  world = await createTelemetryWorld();
  await world.endpoint({ id: "ep_old", name: "Diabetes", createdAt: hour - 9e6, deletedAt: hour - 8e6 });
  await world.endpoint({ id: "ep_1", name: "Diabetes", createdAt: hour - 7e6 });
  for (const [id, endpoint, name, quota] of [
    ["cky_old", "ep_old", "batch", 1],
    ["cky_1", "ep_1", "batch", 5],
    ["cky_2", "ep_1", "app", null],
  ])
    await world.db.query(
      `INSERT INTO client_key (id, endpoint_id, name, prefix, sha256, may_pin, daily_quota, created_by, created_at) VALUES ($1, $2, $3, 'slk_AbCd', $1, false, $4, 'usr_1', now())`,
      [id, endpoint, name, quota],
    );
});
afterEach(() => world.close());

const ingest = async (seq: number, rows: readonly ReturnType<typeof requestRow>[]): Promise<void> => {
  await world.spool(hour + seq, seq, rows);
  await createIngester({ ...world, log: silent }).pass();
};
const calls = (count: number, over: Parameters<typeof requestRow>[0]) => Array.from({ length: count }, () => requestRow({ keyName: "batch", ...over }));
const uses = () =>
  world.db.query(
    `SELECT client_key_id AS id, day, requests, total::int AS total, (extract(epoch FROM last_used_at) * 1000)::float8 AS at FROM client_key_usage ORDER BY 1`,
  );
const hints = () => world.db.query("SELECT kind, key FROM change");

it("accepted calls are counted by key and day, of the endpoint that lives, and refused ones and copies are not", async () => {
  const refused = ["KeyExpired", "PinNotAllowed", "KeyRateReached", "KeyQuotaReached"].flatMap((errorCode) =>
    calls(3, { startedAt: hour + 9, errorCode, status: 429 }),
  );
  const others = [
    requestRow({ startedAt: hour }),
    requestRow({ startedAt: hour, keyName: "nobody" }),
    requestRow({ startedAt: hour, keyName: "batch", mirrored: true }),
  ];
  await ingest(1, [...calls(3, { startedAt: hour + 7 }), ...calls(1, { startedAt: hour + 5, keyName: "app", status: 424 }), ...refused, ...others]);
  expect(await uses()).toEqual([
    { id: "cky_1", day, requests: 3, total: 3, at: hour + 7 },
    { id: "cky_2", day, requests: 1, total: 1, at: hour + 5 },
  ]);
  expect(await hints()).toEqual([]);
});

it("a quota that is reached wakes the loop that tells the gateways; the next day begins anew, and late rows count in all only", async () => {
  await ingest(1, calls(4, { startedAt: hour }));
  expect(await hints()).toEqual([]);
  await ingest(2, [...calls(1, { startedAt: hour + 1 }), ...calls(2, { startedAt: hour + 1, keyName: "app" })]);
  expect(await hints()).toEqual([{ kind: "traffic", key: "ep_1" }]);
  // Both sides of midnight in one part.
  const tomorrow = hour + 3_600_000;
  await ingest(3, [...calls(2, { startedAt: tomorrow }), ...calls(1, { startedAt: tomorrow - 1 })]);
  await ingest(4, calls(1, { startedAt: hour + 2 }));
  expect(await uses()).toMatchObject([
    { id: "cky_1", day: day + 1, requests: 2, total: 9, at: tomorrow },
    { id: "cky_2", day, requests: 2 },
  ]);
});

it("a part that is met twice is counted once", async () => {
  let armed = true;
  await world.spool(hour, 1, calls(3, { startedAt: hour }));
  const dying = createIngester({
    ...world,
    log: silent,
    onStep: (step) => {
      if (step !== "committed" || !armed) return;
      armed = false;
      throw new Error("killed");
    },
  });
  await dying.pass();
  await createIngester({ ...world, log: silent }).pass();
  expect(await uses()).toMatchObject([{ id: "cky_1", requests: 3, total: 3 }]);
});
