import type { MirrorReport } from "#server/contract/mirror";
import { fromInts, percentile } from "#server/domain/histogram/histogram";
import { mirrorOutcomes, type MirrorOutcome } from "#server/domain/mirror/types";
import type { Db } from "../db";
import { bucketsFor, gaps, indexOf, type Buckets } from "./buckets";
import { displayNames, type EndpointScope } from "./scope";

type Pair = MirrorReport["pairs"][number];
type Disagreement = MirrorReport["disagreements"][number];

interface MinuteRow extends Record<MirrorOutcome, number> {
  readonly at: number;
  readonly primary: string;
  readonly shadow: string;
  readonly primary_buckets: readonly number[];
  readonly shadow_buckets: readonly number[];
}

interface DisagreementRow {
  readonly request_id: string;
  readonly at: Date;
  readonly primary: string;
  readonly shadow: string;
  readonly primary_status: number;
  readonly shadow_status: number;
  readonly primary_ms: number;
  readonly shadow_ms: number;
  readonly difference: string;
  readonly primary_body: string;
  readonly shadow_body: string;
}

const sums = mirrorOutcomes.map((outcome) => `sum(${outcome})::float8 AS ${outcome}`).join(", ");
const addUp = (column: string): string =>
  `COALESCE((SELECT array_agg(n ORDER BY i) FROM (SELECT i, sum(v)::float8 AS n FROM mirror_minute x, unnest(x.${column}) WITH ORDINALITY AS u(v, i)
     WHERE x.endpoint = m.endpoint AND x."primary" = m."primary" AND x.shadow = m.shadow AND x.minute >= $2 AND x.minute < $3 GROUP BY i) s), '{}') AS ${column}`;

const pairsSql = `
  SELECT 0::float8 AS at, m."primary", m.shadow, ${sums}, ${addUp("primary_buckets")}, ${addUp("shadow_buckets")}
  FROM mirror_minute m WHERE m.endpoint = $1 AND m.minute >= $2 AND m.minute < $3 GROUP BY m.endpoint, m."primary", m.shadow ORDER BY m.shadow, m."primary"`;

const overTimeSql = `
  SELECT (floor(extract(epoch FROM minute) / $4) * $4 * 1000)::float8 AS at, "primary", shadow, ${sums}, '{}'::int[] AS primary_buckets, '{}'::int[] AS shadow_buckets
  FROM mirror_minute WHERE endpoint = $1 AND minute >= $2 AND minute < $3 GROUP BY 1, 2, 3`;

const disagreementsSql = `
  SELECT request_id, at, "primary", shadow, primary_status, shadow_status, primary_ms, shadow_ms, difference, primary_body, shadow_body
  FROM mirror_disagreement WHERE endpoint = $1 AND at >= $2 AND at < $3 AND ($4::text IS NULL OR shadow = $4) ORDER BY at DESC, request_id LIMIT $5`;

const compared = (row: Pick<MinuteRow, "agreed" | "disagreed">): number => row.agreed + row.disagreed;
const agreement = (row: Pick<MinuteRow, "agreed" | "disagreed">): number | null => (compared(row) === 0 ? null : row.agreed / compared(row));

function percentiles(counts: readonly number[]): Pair["primaryMs"] {
  const histogram = fromInts([...counts]);
  return { p50: percentile(histogram, 50), p95: percentile(histogram, 95), p99: percentile(histogram, 99) };
}

function lineOf(rows: readonly MinuteRow[], pair: MinuteRow, buckets: Buckets): (number | null)[] {
  const line = gaps(buckets);
  for (const row of rows) if (row.primary === pair.primary && row.shadow === pair.shadow) line[indexOf(buckets, row.at)] = agreement(row);
  return line;
}

function disagreement(row: DisagreementRow, nameOf: (name: string) => string): Disagreement {
  return {
    requestId: row.request_id,
    at: row.at.getTime(),
    primary: nameOf(row.primary),
    shadow: nameOf(row.shadow),
    primaryStatus: row.primary_status,
    shadowStatus: row.shadow_status,
    primaryMs: row.primary_ms,
    shadowMs: row.shadow_ms,
    difference: row.difference,
    primaryBody: row.primary_body,
    shadowBody: row.shadow_body,
  };
}

export interface MirrorQuery {
  readonly from: number;
  readonly to: number;
  /** Only disagreements with this shadow. */
  readonly shadow?: string | undefined;
  readonly limit: number;
}

/** How the shadows of an endpoint answered beside the deployments that callers got answers from, and the newest disagreements. Times in Unix milliseconds. */
export async function mirrorReport(db: Db, scope: EndpointScope, query: MirrorQuery): Promise<MirrorReport> {
  const buckets = bucketsFor(query.from, query.to);
  const end = buckets.from + buckets.count * buckets.stepMs;
  const range = [scope.name.toLowerCase(), new Date(Math.max(buckets.from, scope.firstMinute)), new Date(end)];
  const [pairs, overTime, disagreements] = await Promise.all([
    db.query<MinuteRow>(pairsSql, range),
    db.query<MinuteRow>(overTimeSql, [...range, buckets.stepMs / 1000]),
    db.query<DisagreementRow>(disagreementsSql, [...range, query.shadow?.toLowerCase() ?? null, query.limit]),
  ]);
  const names = displayNames(scope);
  const nameOf = (name: string): string => names.get(name)?.name ?? name;
  return {
    from: buckets.from,
    stepMs: buckets.stepMs,
    pairs: pairs.map((pair) => ({
      primary: nameOf(pair.primary),
      shadow: nameOf(pair.shadow),
      agreed: pair.agreed,
      disagreed: pair.disagreed,
      failed: pair.failed,
      unpaired: pair.unpaired,
      skipped: pair.skipped,
      agreement: agreement(pair),
      primaryMs: percentiles(pair.primary_buckets),
      shadowMs: percentiles(pair.shadow_buckets),
      agreementOverTime: lineOf(overTime, pair, buckets),
    })),
    disagreements: disagreements.map((row) => disagreement(row, nameOf)),
  };
}
