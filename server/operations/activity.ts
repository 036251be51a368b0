import { requireVerb } from "#server/auth/policy";
import type { Page } from "#server/contract/common";
import type { ActivityDto } from "#server/contract/monitoring";
import { notFound } from "#server/domain/errors";
import type { AuditRow, EventRow } from "#server/store/history";
import type { OperationContext } from "./context";

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** A traffic map as people read it: "blue 90 %, green 10 %". */
function describeTraffic(value: unknown): string {
  if (typeof value !== "object" || value === null) return text(value);
  const parts = Object.entries(value).filter(([, percent]) => percent !== 0);
  return parts.length === 0 ? "all off" : parts.map(([name, percent]) => `${name} ${String(percent)} %`).join(", ");
}

/** Limits that changed, by name. */
function describeLimits(value: unknown): string {
  if (typeof value !== "object" || value === null) return text(value);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, limit]) => `${name} ${limit === null ? "none" : String(limit)}`)
    .join(", ");
}

/** What was done to an endpoint or a deployment, by the end of the action's name. */
const done: Readonly<Record<string, string>> = {
  create: "was created",
  update: "was changed",
  write: "was changed",
  delete: "is to be deleted",
  roll: "was asked to roll to the newest image",
  restart: "was asked to restart",
  "keys.write": "got a new key",
  "domains.write": "has changed domains",
};

function describeAudit(row: AuditRow): { readonly title: string; readonly message: string } {
  if (row.action === "endpoint.traffic.write")
    return { title: `Traffic of ${row.targetName}`, message: `${describeTraffic(row.before?.["traffic"])} → ${describeTraffic(row.after?.["traffic"])}` };
  if (row.action === "endpoint.mirror.write")
    return { title: `Mirror of ${row.targetName}`, message: `${describeTraffic(row.before?.["mirror"])} → ${describeTraffic(row.after?.["mirror"])}` };
  if (row.action === "endpoint.limits.write")
    return { title: `Limits of ${row.targetName}`, message: `${describeLimits(row.before?.["limits"])} → ${describeLimits(row.after?.["limits"])}` };
  if (row.action === "endpoint.routing.write")
    return { title: `Routing of ${row.targetName}`, message: `${text(row.before?.["routing"])} → ${text(row.after?.["routing"])}` };
  const [noun, ...verb] = row.action.split(".");
  const change =
    row.after === null
      ? ""
      : Object.entries(row.after)
          .map(([key, value]) => `${key}: ${text(value)}`)
          .join(", ");
  const said = (noun === row.targetType ? done[verb.join(".")] : undefined) ?? `${noun ?? ""} ${verb.join(" ")}`;
  return { title: `${row.targetType} ${row.targetName}`, message: `${said}${change === "" ? "" : ` (${change.slice(0, 300)})`}` };
}

const linesOf = (data: Readonly<Record<string, unknown>>): string[] => (Array.isArray(data["lines"]) ? data["lines"].map(text) : []);

interface Names {
  readonly endpoint: (id: string | null) => string | null;
  readonly deployment: (id: string | null) => string | null;
}

const auditDto = (row: AuditRow, names: Names): ActivityDto => ({
  id: row.id,
  at: row.at,
  kind: "audit",
  severity: "info",
  actor: row.actorName,
  ...describeAudit(row),
  hint: null,
  reason: row.action,
  endpoint: names.endpoint(row.endpointId),
  deployment: row.targetType === "deployment" ? row.targetName : null,
  instanceId: null,
  exitCode: null,
  lines: [],
});

const eventDto = (row: EventRow, names: Names): ActivityDto => ({
  id: `evt_${row.id}`,
  at: row.at,
  kind: "event",
  severity: row.severity,
  actor: null,
  title: names.deployment(row.deploymentId) ?? names.endpoint(row.endpointId) ?? "Platform",
  message: row.message,
  hint: row.hint,
  reason: row.reason,
  endpoint: names.endpoint(row.endpointId),
  deployment: names.deployment(row.deploymentId),
  instanceId: row.instanceId,
  exitCode: typeof row.data["exitCode"] === "number" ? row.data["exitCode"] : null,
  lines: linesOf(row.data),
});

/** Who changed what and what the platform did, newest first; of one endpoint, or of the workspace when `endpoint` is absent. */
export async function listActivity(
  context: OperationContext,
  input: { readonly endpoint?: string | undefined; readonly before?: number | undefined; readonly limit?: number | undefined },
): Promise<Page<ActivityDto>> {
  requireVerb(context.actor, "telemetry.read");
  const { workspaceId } = context.actor;
  const limit = Math.min(Math.max(input.limit ?? 50, 1), 200);
  const endpoint = input.endpoint === undefined ? null : await context.store.endpoints.findLiveByName(workspaceId, input.endpoint);
  if (input.endpoint !== undefined && endpoint === null) throw notFound("endpoint.not_found", `There is no endpoint ${input.endpoint}.`);
  const filter = {
    workspaceId,
    limit,
    ...(endpoint === null ? {} : { endpointId: endpoint.id }),
    ...(input.before === undefined ? {} : { beforeMs: input.before }),
  };
  const [audit, events] = await Promise.all([context.store.audit.list(filter), context.store.events.list(filter)]);
  const known = (ids: readonly (string | null)[]): string[] => [...new Set(ids.flatMap((id) => (id === null ? [] : [id])))];
  const [endpoints, deployments] = await Promise.all([
    context.store.endpoints.listByIds(known([...audit.map((row) => row.endpointId), ...events.map((row) => row.endpointId)])),
    context.store.deployments.listByIds(known(events.map((row) => row.deploymentId))),
  ]);
  const names: Names = {
    endpoint: (id) => endpoints.find((row) => row.id === id)?.name ?? null,
    deployment: (id) => deployments.find((row) => row.id === id)?.name ?? null,
  };
  const items = [...audit.map((row) => auditDto(row, names)), ...events.map((row) => eventDto(row, names))].sort((a, b) => b.at - a.at).slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: items.length === limit && last !== undefined ? String(last.at) : null };
}
