import { addTo } from "#server/domain/histogram/histogram";
import { mirrorOutcomes, type MirrorOutcome, type MirrorRecord } from "#server/domain/mirror/types";
import type { Db } from "../db";
import { minuteMs } from "../paths";
import { addArrays, addNumbers } from "./minutes";

type Minute = Record<MirrorOutcome, number> & {
  readonly endpoint: string;
  readonly primary: string;
  readonly shadow: string;
  readonly minute: string;
  readonly primary_buckets: number[];
  readonly shadow_buckets: number[];
};

/** Of each pair, disagreements that are kept: of one spool file, and in all. A shadow that differs always would fill the disk otherwise. */
const keptOfFile = 50;
const keptOfPair = 500;

function addRecord(minutes: Map<string, Minute>, record: MirrorRecord): void {
  const { endpoint, primary, shadow } = record;
  const minute = new Date(Math.floor(record.startedAt / minuteMs) * minuteMs).toISOString();
  const key = [endpoint, primary, shadow, minute].join("|");
  const none = { agreed: 0, disagreed: 0, failed: 0, unpaired: 0, skipped: 0 };
  const entry: Minute = minutes.get(key) ?? { endpoint, primary, shadow, minute, ...none, primary_buckets: [], shadow_buckets: [] };
  minutes.set(key, entry);
  entry[record.outcome] += 1;
  // Only calls that both answered, so that the two are compared on the same calls.
  if (record.primaryMs < 0 || record.shadowMs < 0) return;
  addTo(entry.primary_buckets, record.primaryMs);
  addTo(entry.shadow_buckets, record.shadowMs);
}

const counts = mirrorOutcomes.map((outcome) => `${outcome} int`).join(", ");
const addMinutesSql = `
  INSERT INTO mirror_minute AS m (endpoint, "primary", shadow, minute, ${mirrorOutcomes.join(", ")}, primary_buckets, shadow_buckets)
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(endpoint text, "primary" text, shadow text, minute timestamptz, ${counts}, primary_buckets int[], shadow_buckets int[])
  ON CONFLICT (endpoint, "primary", shadow, minute) DO UPDATE SET
    ${[...mirrorOutcomes.map(addNumbers), ...["primary_buckets", "shadow_buckets"].map(addArrays)].join(", ")}`;

const keepSql = `
  INSERT INTO mirror_disagreement (request_id, shadow, endpoint, "primary", at, primary_status, shadow_status, primary_ms, shadow_ms, difference, primary_body, shadow_body)
  SELECT "requestId", shadow, endpoint, "primary", to_timestamp("startedAt" / 1000.0), "primaryStatus", "shadowStatus", "primaryMs", "shadowMs", difference, "primaryBody", "shadowBody"
  FROM jsonb_to_recordset($1::jsonb) AS x("requestId" text, shadow text, endpoint text, "primary" text, "startedAt" float8, "primaryStatus" int, "shadowStatus" int,
    "primaryMs" float8, "shadowMs" float8, difference text, "primaryBody" text, "shadowBody" text)
  ON CONFLICT DO NOTHING`;

const trimSql = `
  DELETE FROM mirror_disagreement WHERE endpoint = $1 AND "primary" = $2 AND shadow = $3
    AND at < (SELECT at FROM mirror_disagreement WHERE endpoint = $1 AND "primary" = $2 AND shadow = $3 ORDER BY at DESC OFFSET ${String(keptOfPair - 1)} LIMIT 1)`;

/** Counts records and keeps the newest disagreements of each pair. Runs inside the caller's transaction. */
export async function addMirrorRecords(tx: Db, records: readonly MirrorRecord[], known: ReadonlySet<string>): Promise<void> {
  const minutes = new Map<string, Minute>();
  const pairs = new Map<string, MirrorRecord[]>();
  for (const record of records) {
    if (!known.has(record.endpoint)) continue;
    addRecord(minutes, record);
    if (record.outcome !== "disagreed") continue;
    const key = [record.endpoint, record.primary, record.shadow].join("|");
    pairs.set(key, [...(pairs.get(key) ?? []), record].slice(-keptOfFile));
  }
  // In key order, so that two ingesters never wait for each other.
  const sorted = <T>(map: ReadonlyMap<string, T>): T[] => [...map.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  const inOrder = sorted(minutes);
  if (inOrder.length > 0) await tx.query(addMinutesSql, [JSON.stringify(inOrder)]);
  for (const kept of sorted(pairs)) {
    await tx.query(keepSql, [JSON.stringify(kept)]);
    const [{ endpoint, primary, shadow } = { endpoint: "", primary: "", shadow: "" }] = kept;
    await tx.query(trimSql, [endpoint, primary, shadow]);
  }
}
