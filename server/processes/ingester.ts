import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { systemClock } from "../kernel/clock";
import { loadSettings } from "../kernel/env";
import { createLogger } from "../kernel/log";
import { createCostRollUp } from "../telemetry/cost/roll-up";
import { openDb } from "../telemetry/db";
import { openDuck } from "../telemetry/duckdb";
import { createIngester } from "../telemetry/ingest/ingester";
import { compactHours } from "../telemetry/retention/compact";
import { applyRetention } from "../telemetry/retention/retention";

/** Turns spools into Parquet and minute histograms, derives cost, compacts and forgets. The only process that writes request records. */
const settings = loadSettings();
const log = createLogger("ingester", settings.logLevel);
const stop = new AbortController();
const gib = 1024 ** 3;
const ingestEveryMs = 2000;
const costEveryMs = 60_000;
const upkeepEveryMs = 3_600_000;

const temporaryDirectory = path.join(settings.home, "telemetry", "tmp");
await mkdir(temporaryDirectory, { recursive: true });
const db = openDb(settings.databaseUrl);
const duck = await openDuck({ memoryMib: 512, threads: 1, temporaryDirectory });
const ingester = createIngester({ home: settings.home, db, duck, log });
const cost = createCostRollUp(db, settings.money.networkPricePerGib);

/** Repeats a duty until the process is told to end; a turn under way is finished first, a failed one is tried again at the next. */
async function every(name: string, intervalMs: number, work: () => Promise<unknown>): Promise<void> {
  while (!stop.signal.aborted) {
    await work().catch((error: unknown) => {
      log.error({ err: error }, `${name} failed`);
    });
    await systemClock.sleep(intervalMs, stop.signal).catch(() => undefined);
  }
}

async function upkeep(): Promise<void> {
  const now = systemClock.now();
  const { rawDays, metricDays } = settings.retention;
  const merged = await compactHours({ home: settings.home, db, duck, now });
  // A hundred instances' worth of full logs; single logs are bounded by their writer.
  const logBytes = Math.max(settings.retention.logBytesPerInstance * 100, 2 * gib);
  const dropped = await applyRetention(settings.home, db, { rawDays, metricDays, logDays: rawDays, logBytes }, now);
  log.info({ mergedHours: merged, ...dropped }, "compacted and forgot");
}

const health = createServer((request, response) => {
  const known = request.url === "/health";
  response.writeHead(known ? 200 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify(known ? { ok: ingester.counters.lastError === null, ...ingester.counters } : {}));
});
health.listen(settings.ports.ingester, "127.0.0.1");

for (const name of ["SIGTERM", "SIGINT"] as const)
  process.on(name, () => {
    stop.abort(new Error(name));
  });

log.info("ingester is running");
await Promise.all([
  every("ingesting", ingestEveryMs, () => ingester.pass(stop.signal)),
  every("deriving cost", costEveryMs, () => cost.pass(systemClock.now())),
  every("upkeep", upkeepEveryMs, upkeep),
]);
health.close();
await db.close();
duck.closeSync();
log.info({ ...ingester.counters }, "ingester ended");
