import { access, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTelemetryWorld, requestRow, silent, type TelemetryWorld } from "#server/testing/telemetry-world";
import { withConnection } from "../duckdb";
import { hourFolders, liveFiles } from "../parts";
import { hourMs, minuteMs } from "../paths";
import { compactHours } from "../retention/compact";
import { applyRetention } from "../retention/retention";
import { ingestSteps } from "./ingest-file";
import { createIngester } from "./ingester";

const hour = Date.UTC(2026, 10, 23, 8);
let world: TelemetryWorld;
beforeEach(async () => {
  world = await createTelemetryWorld();
  await world.endpoint({ id: "ep_1", name: "Diabetes", createdAt: hour - hourMs, deployments: ["blue", "green"] });
});
afterEach(() => world.close());

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

async function figures(): Promise<{ count: number; buckets: number; parts: number; rows: number }> {
  const [minute] = await world.db.query<{ count: number; buckets: number }>(
    "SELECT COALESCE(sum(count), 0)::int AS count, COALESCE(sum((SELECT sum(v) FROM unnest(total_buckets) AS v)), 0)::int AS buckets FROM metric_minute",
  );
  const [parts] = await world.db.query<{ parts: number }>("SELECT count(*)::int AS parts FROM ingested_part");
  return { count: minute?.count ?? 0, buckets: minute?.buckets ?? 0, parts: parts?.parts ?? 0, rows: (await rawIds()).length };
}

async function rawIds(): Promise<string[]> {
  const folders = await hourFolders(world.home, 0, hour + 100 * hourMs);
  const files = (await Promise.all(folders.map(async ({ directory }) => (await liveFiles(directory)).map((name) => path.join(directory, name))))).flat();
  if (files.length === 0) return [];
  return withConnection(world.duck, async (connection) => {
    const reader = await connection.runAndReadAll(`SELECT "requestId" AS id FROM read_parquet([${files.map((file) => `'${file}'`).join(", ")}])`);
    return reader.getRowObjectsJson().map((row) => JSON.stringify(row["id"]));
  });
}

const rows = (count: number, from = hour) =>
  Array.from({ length: count }, (_, index) =>
    requestRow({ startedAt: from + index * 1000, deployment: index % 10 === 0 ? "green" : "blue", totalMs: 5 + index }),
  );

describe("ingesting a spool file", () => {
  it("makes Parquet rows and minute histograms and deletes the file", async () => {
    const file = await world.spool(hour, 1, rows(100));
    const ingester = createIngester({ ...world, log: silent });
    await ingester.pass();
    expect(await figures()).toEqual({ count: 100, buckets: 100, parts: 1, rows: 100 });
    expect(await exists(file)).toBe(false);
    expect(ingester.counters).toMatchObject({ files: 1, rows: 100, malformed: 0, waitingFiles: 0, lastError: null });
  });

  it.each(ingestSteps)("adds nothing twice after dying behind step %s", async (step) => {
    await world.spool(hour, 1, rows(50));
    await world.spool(hour + 2000, 2, rows(30, hour + 60_000));
    let armed = true;
    const dying = createIngester({
      ...world,
      log: silent,
      onStep: (at) => {
        if (at === step && armed) {
          armed = false;
          throw new Error("killed");
        }
      },
    });
    await dying.pass();
    for (let again = 0; again < 3; again += 1) await createIngester({ ...world, log: silent }).pass();
    expect(await figures()).toEqual({ count: 80, buckets: 80, parts: 2, rows: 80 });
  });

  it("counts and skips malformed lines without holding up the rest", async () => {
    await world.spool(hour, 1, ["", "{", '{"startedAt": 1}', ...rows(3), requestRow({ startedAt: hour - 40 * 24 * hourMs }), '{"cut": "off']);
    const ingester = createIngester({ ...world, log: silent });
    await ingester.pass();
    expect(ingester.counters).toMatchObject({ rows: 3, malformed: 4 });
    expect(await figures()).toMatchObject({ count: 3, rows: 3 });
  });

  it("gives endpoint names that nobody made no series of their own and never counts mirrored copies", async () => {
    const strangers = Array.from({ length: 40 }, (_, index) =>
      requestRow({ startedAt: hour, endpoint: `scan-${index}`, deployment: "", status: 404, modelStatus: 0 }),
    );
    await world.spool(hour, 1, [...strangers, requestRow({ startedAt: hour, mirrored: true }), requestRow({ startedAt: hour, endpoint: "DIABETES" })]);
    await createIngester({ ...world, log: silent }).pass();
    const series = await world.db.query("SELECT endpoint, deployment, status, count FROM metric_minute ORDER BY 1");
    expect(series).toEqual([
      { endpoint: "", deployment: "", status: 404, count: 40 },
      { endpoint: "diabetes", deployment: "blue", status: 200, count: 1 },
    ]);
  });

  it("reopens a minute for late rows", async () => {
    const ingester = createIngester({ ...world, log: silent });
    await world.spool(hour, 1, rows(5));
    await ingester.pass();
    await world.spool(hour + minuteMs, 2, [requestRow({ startedAt: hour + 1, totalMs: 90_000 })]);
    await ingester.pass();
    const [minute] = await world.db.query<{ count: number; sum: number }>(
      "SELECT count, total_ms_sum AS sum FROM metric_minute WHERE deployment = 'blue' AND minute = $1",
      [new Date(hour)],
    );
    expect(minute).toEqual({ count: 5, sum: 6 + 7 + 8 + 9 + 90_000 });
  });

  it("leaves files that are still being written alone", async () => {
    const ingester = createIngester({ ...world, log: silent });
    await world.spool(hour, 1, rows(1));
    const open = path.join(world.home, "gateway", "gw_local", "spool", `requests-${hour}-9.ndjson.open`);
    await writeFile(open, "half");
    await ingester.pass();
    expect(await exists(open)).toBe(true);
  });
});

describe("ingesting under trouble", () => {
  it("keeps the spool while the database is away and catches up afterwards", async () => {
    await world.spool(hour, 1, rows(10));
    const away = { query: () => Promise.reject(new Error("connection refused")), transaction: () => Promise.reject(new Error("connection refused")) };
    const cut = createIngester({ ...world, db: away, log: silent });
    for (let index = 0; index < 8; index += 1) await cut.pass();
    expect(cut.counters).toMatchObject({ rows: 0, rejectedFiles: 0, shedFiles: 0, waitingFiles: 1, lastError: "connection refused" });
    await createIngester({ ...world, log: silent }).pass();
    expect(await figures()).toMatchObject({ count: 10 });
  });

  it("sheds the oldest spool with a count when it is over its cap", async () => {
    const files = [await world.spool(hour, 1, rows(50)), await world.spool(hour + 1, 2, rows(50)), await world.spool(hour + 2, 3, rows(5))];
    const ingester = createIngester({ ...world, log: silent, maxSpoolBytes: 30_000 });
    await ingester.pass();
    expect(ingester.counters).toMatchObject({ shedFiles: 1, shedRows: 50, rows: 55 });
    expect(await exists(files[0] ?? "")).toBe(false);
  });

  it("sheds instead of retrying for ever when the disk is full", async () => {
    await world.spool(hour, 1, rows(20));
    const full = createIngester({
      ...world,
      log: silent,
      freeBytes: () => Promise.resolve(0),
      onStep: (step) => {
        if (step === "read") throw new Error("No space left on device");
      },
    });
    await full.pass();
    expect(full.counters).toMatchObject({ shedFiles: 1, shedRows: 20, rows: 0, waitingFiles: 0 });
  });

  it("puts a file aside that keeps failing while others succeed", async () => {
    await world.spool(hour, 1, rows(1));
    await world.spool(hour + 1, 2, rows(4));
    const ingester = createIngester({
      ...world,
      log: silent,
      onStep: (step, file) => {
        if (step === "read" && file.startedAt === hour) throw new Error("poison");
      },
    });
    for (let index = 0; index < 5; index += 1) await ingester.pass();
    expect(ingester.counters).toMatchObject({ rejectedFiles: 1, rows: 4 });
    expect(await readdir(path.join(world.home, "gateway", "gw_local", "spool"))).toEqual([`requests-${hour}-1.ndjson.rejected`]);
  });
});

describe("compaction and retention", () => {
  it("merge an hour's parts without a row lost or met twice at any moment, late parts included", async () => {
    const ingester = createIngester({ ...world, log: silent });
    for (let part = 0; part < 6; part += 1) await world.spool(hour + part, part, rows(20, hour + part * minuteMs));
    await ingester.pass();
    const before = new Set(await rawIds());
    expect(before.size).toBe(120);
    const context = { ...world, now: hour + 3 * hourMs };
    expect(await compactHours(context)).toBe(1);
    // Replaced parts still lie there for readers that listed them, and must not count.
    const [folder] = await hourFolders(world.home, hour, hour + 1);
    expect((await readdir(folder?.directory ?? "")).filter((name) => name.startsWith("part-"))).toHaveLength(6);
    expect((await rawIds()).sort()).toEqual([...before].sort());
    await world.spool(hour + 10, 10, rows(5, hour + 30 * minuteMs));
    await ingester.pass();
    expect(await rawIds()).toHaveLength(125);
    // A second generation right after the first, while the first one's parts are still on the disk.
    expect(await compactHours(context)).toBe(1);
    expect(await rawIds()).toHaveLength(125);
    expect(await compactHours({ ...context, now: context.now + hourMs })).toBe(0);
    expect((await readdir(folder?.directory ?? "")).sort()).toEqual(["hour-2.parquet", "manifest.json"]);
    expect(new Set(await rawIds()).size).toBe(125);
  });

  it("never merge a part whose ingestion did not commit", async () => {
    for (const seq of [1, 2, 3]) await world.spool(hour + seq, seq, rows(5, hour + seq * minuteMs));
    const dying = createIngester({
      ...world,
      log: silent,
      onStep: (step, file) => {
        if (step === "parquet" && file.startedAt === hour + 2) throw new Error("killed");
      },
    });
    await dying.pass();
    await compactHours({ ...world, now: hour + 3 * hourMs });
    await createIngester({ ...world, log: silent }).pass();
    expect(await figures()).toEqual({ count: 15, buckets: 15, parts: 3, rows: 15 });
  });

  it("forget whole days of requests, minutes and logs when their time is over", async () => {
    const ingester = createIngester({ ...world, log: silent });
    await world.spool(hour, 1, rows(5));
    await ingester.pass();
    const rules = { rawDays: 30, metricDays: 93, logDays: 30, logBytes: 1e9 };
    expect(await applyRetention(world.home, world.db, rules, hour + 30 * 24 * hourMs)).toMatchObject({ dayFolders: 0, minuteRows: 0 });
    expect(await applyRetention(world.home, world.db, rules, hour + 31 * 24 * hourMs)).toMatchObject({ dayFolders: 1, minuteRows: 0 });
    expect(await applyRetention(world.home, world.db, rules, hour + 94 * 24 * hourMs)).toMatchObject({ dayFolders: 0, minuteRows: 2 });
    expect(await rawIds()).toEqual([]);
  });
});
