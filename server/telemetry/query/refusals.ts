import type { Db } from "../db";
import type { EndpointScope } from "./scope";

const refusalsSql = `
  SELECT error_code AS code, sum(count)::int AS count FROM metric_minute
  WHERE endpoint = $1 AND minute >= $2 AND error_code = ANY($3) GROUP BY error_code`;

/** Calls of an endpoint since a moment (Unix milliseconds, whole minutes) that ended with one of the codes, by code. */
export async function countByCode(db: Db, scope: EndpointScope, from: number, codes: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await db.query<{ code: string; count: number }>(refusalsSql, [scope.name.toLowerCase(), new Date(Math.max(from, scope.firstMinute)), codes]);
  return new Map(rows.map(({ code, count }) => [code, count]));
}
