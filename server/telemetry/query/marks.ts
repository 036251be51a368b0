import type { MetricResult } from "#server/contract/monitoring";
import type { Db } from "../db";
import type { EndpointScope } from "./scope";

type Mark = MetricResult["marks"][number];

const maxMarks = 60;

const splitText = (split: Readonly<Record<string, number>>): string =>
  Object.entries(split)
    .filter(([, percent]) => percent > 0)
    .map(([name, percent]) => `${name} ${percent}`)
    .join(", ") || "no traffic";

interface AuditRow {
  id: string;
  at: Date;
  action: string;
  target_name: string;
  actor_name: string;
  before: Readonly<Record<string, unknown>> | null;
  after: Readonly<Record<string, unknown>> | null;
}

/** A change of the deployment's instance count, null when it stayed. */
function scaleOf({ before, after }: AuditRow): string | null {
  const [from, to] = [before?.["instanceCount"], after?.["instanceCount"]];
  return typeof from === "number" && typeof to === "number" && from !== to ? `${from} → ${to} instances` : null;
}

/** What an audited action means for a chart; null for what changes no deployment. */
function markOf(row: AuditRow): Mark | null {
  if (!row.action.startsWith("deployment.")) return null;
  const at = row.at.getTime();
  const entry = { id: row.id, at };
  const scale = scaleOf(row);
  if (scale !== null || row.action.includes("scale")) return { at, kind: "scale", entry, text: `${row.target_name}: ${scale ?? "scaled"} (${row.actor_name})` };
  const what = row.action.includes("delete") ? "deleted" : row.before === null ? "created" : "changed";
  return { at, kind: "rollout", entry, text: `${row.target_name} ${what} (${row.actor_name})` };
}

interface SplitRow {
  at: Date;
  before: Readonly<Record<string, number>>;
  after: Readonly<Record<string, number>>;
  entry_id: string | null;
  entry_at: Date | null;
}

/** A split counts from when the gateways took it; its entry was written with the wish, in the same transaction. */
const splitSql = `
  SELECT COALESCE(change.applied_at, change.created_at) AS at, change.before, change.after, entry.id AS entry_id, entry.at AS entry_at
  FROM traffic_change change
  LEFT JOIN LATERAL (
    SELECT id, at FROM audit_entry
    WHERE endpoint_id = change.endpoint_id AND action = 'endpoint.traffic.write' AND after -> 'traffic' = change.after
      AND at BETWEEN change.created_at - interval '1 minute' AND change.created_at + interval '1 minute'
    ORDER BY abs(extract(epoch FROM at - change.created_at)) LIMIT 1
  ) entry ON true
  WHERE change.endpoint_id = $1 AND change.refused_reason IS NULL AND COALESCE(change.applied_at, change.created_at) BETWEEN $2 AND $3
  ORDER BY 1 DESC LIMIT $4`;

/** Changes of the endpoint inside a window, oldest first: splits when gateways took them, audited deployment changes, and errors. */
export async function marksOf(db: Db, scope: EndpointScope, from: number, to: number): Promise<Mark[]> {
  const params = [scope.id, new Date(from), new Date(to), maxMarks];
  const [splits, audits, events] = await Promise.all([
    db.query<SplitRow>(splitSql, params),
    db.query<AuditRow>(
      "SELECT id, at, action, target_name, actor_name, before, after FROM audit_entry WHERE endpoint_id = $1 AND at BETWEEN $2 AND $3 ORDER BY at DESC LIMIT $4",
      params,
    ),
    db.query<{ id: bigint; at: Date; message: string }>(
      "SELECT id, at, message FROM event WHERE endpoint_id = $1 AND severity = 'error' AND at BETWEEN $2 AND $3 ORDER BY at DESC LIMIT $4",
      params,
    ),
  ]);
  const marks: Mark[] = [
    ...splits.map((one) => ({
      at: one.at.getTime(),
      kind: "split",
      text: `${splitText(one.before)} → ${splitText(one.after)}`,
      entry: one.entry_id === null || one.entry_at === null ? null : { id: one.entry_id, at: one.entry_at.getTime() },
    })),
    ...audits.flatMap((one) => markOf(one) ?? []),
    ...events.map((one) => ({ at: one.at.getTime(), kind: "failure", text: one.message, entry: { id: `evt_${one.id}`, at: one.at.getTime() } })),
  ];
  return marks.sort((a, b) => a.at - b.at).slice(-maxMarks);
}
