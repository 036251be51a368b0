import { notFound } from "#server/domain/errors";
import type { Db } from "../db";
import { minuteMs } from "../paths";

/** A deployment of the endpoint, gone ones included: charts of the past need their names. */
export interface ScopeDeployment {
  readonly id: string;
  readonly name: string;
  readonly color: number;
  readonly createdAt: number;
  readonly deletedAt: number | null;
}

/** One endpoint as telemetry sees it. Minutes are stored by name, so the life of the row decides which of them are its own. */
export interface EndpointScope {
  readonly id: string;
  readonly workspaceId: string;
  /** As typed. */
  readonly name: string;
  readonly createdAt: number;
  /** First minute that belongs to this endpoint and not to a predecessor of the same name. */
  readonly firstMinute: number;
  readonly deployments: readonly ScopeDeployment[];
}

interface EndpointRow {
  id: string;
  workspace_id: string;
  name: string;
  created_at: Date;
  before: Date | null;
}
interface DeploymentRow {
  id: string;
  name: string;
  color: number;
  created_at: Date;
  deleted_at: Date | null;
}

const endpointSql = `
  SELECT e.id, e.workspace_id, e.name, e.created_at,
    (SELECT max(COALESCE(p.deleted_at, p.created_at)) FROM endpoint p WHERE lower(p.name) = lower(e.name) AND p.id <> e.id AND p.created_at < e.created_at) AS before
  FROM endpoint e`;

const minuteOf = (at: number): number => Math.floor(at / minuteMs) * minuteMs;

async function withDeployments(db: Db, row: EndpointRow): Promise<EndpointScope> {
  const deployments = await db.query<DeploymentRow>(
    "SELECT id, name, color, created_at, deleted_at FROM deployment WHERE endpoint_id = $1 ORDER BY created_at, color, id",
    [row.id],
  );
  const created = minuteOf(row.created_at.getTime());
  // A predecessor that was still there in the same minute would leak its figures into ours.
  const shared = row.before !== null && minuteOf(row.before.getTime()) >= created;
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    createdAt: row.created_at.getTime(),
    firstMinute: shared ? created + minuteMs : created,
    deployments: deployments.map((one) => ({
      id: one.id,
      name: one.name,
      color: one.color,
      createdAt: one.created_at.getTime(),
      deletedAt: one.deleted_at?.getTime() ?? null,
    })),
  };
}

/** The living endpoint of a name inside a workspace; rejects with `endpoint.not_found`. */
export async function endpointScope(db: Db, workspaceId: string, name: string): Promise<EndpointScope> {
  const rows = await db.query<EndpointRow>(`${endpointSql} WHERE e.workspace_id = $1 AND lower(e.name) = lower($2) AND e.deleted_at IS NULL`, [
    workspaceId,
    name,
  ]);
  const row = rows[0];
  if (row === undefined) throw notFound("endpoint.not_found", `There is no endpoint ${JSON.stringify(name)} in this workspace.`);
  return withDeployments(db, row);
}

/** The endpoint of an id, gone or not; rejects with `endpoint.not_found`. */
export async function endpointScopeById(db: Db, endpointId: string): Promise<EndpointScope> {
  const row = (await db.query<EndpointRow>(`${endpointSql} WHERE e.id = $1`, [endpointId]))[0];
  if (row === undefined) throw notFound("endpoint.not_found", "There is no such endpoint.");
  return withDeployments(db, row);
}

/** Names as people typed them, by the lower-case name that minutes carry; of namesakes the newest. */
export function displayNames(scope: EndpointScope): Map<string, ScopeDeployment> {
  return new Map(scope.deployments.map((one) => [one.name.toLowerCase(), one]));
}
