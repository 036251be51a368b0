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

/** What an audited action means for a chart; null for what changes no behaviour. */
function kindOf(action: string): string | null {
  if (!action.startsWith("deployment.")) return null;
  if (action.includes("scale")) return "scale";
  return "rollout";
}

/** Changes of the endpoint inside a window, oldest first: splits when gateways took them, audited deployment changes, and errors. */
export async function marksOf(db: Db, scope: EndpointScope, from: number, to: number): Promise<Mark[]> {
  const params = [scope.id, new Date(from), new Date(to), maxMarks];
  const [splits, audits, events] = await Promise.all([
    db.query<{ at: Date; before: Record<string, number>; after: Record<string, number> }>(
      `SELECT COALESCE(applied_at, created_at) AS at, before, after FROM traffic_change
       WHERE endpoint_id = $1 AND refused_reason IS NULL AND COALESCE(applied_at, created_at) BETWEEN $2 AND $3 ORDER BY 1 DESC LIMIT $4`,
      params,
    ),
    db.query<{ at: Date; action: string; target_name: string; actor_name: string }>(
      "SELECT at, action, target_name, actor_name FROM audit_entry WHERE endpoint_id = $1 AND at BETWEEN $2 AND $3 ORDER BY at DESC LIMIT $4",
      params,
    ),
    db.query<{ at: Date; message: string }>("SELECT at, message FROM event WHERE endpoint_id = $1 AND severity = 'error' AND at BETWEEN $2 AND $3 ORDER BY at DESC LIMIT $4", params),
  ]);
  const marks: Mark[] = [
    ...splits.map((one) => ({ at: one.at.getTime(), kind: "split", text: `${splitText(one.before)} → ${splitText(one.after)}` })),
    ...audits.flatMap((one) => {
      const kind = kindOf(one.action);
      return kind === null ? [] : [{ at: one.at.getTime(), kind, text: `${one.action.replace(".", " ")}: ${one.target_name} (${one.actor_name})` }];
    }),
    ...events.map((one) => ({ at: one.at.getTime(), kind: "failure", text: one.message })),
  ];
  return marks.sort((a, b) => a.at - b.at).slice(-maxMarks);
}
