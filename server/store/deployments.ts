import type { DeploymentColor, DeploymentSpec } from "#server/domain/deployment/types";
import type { Db } from "./client";
import { json, ms, msOrNull, readConditions, readDeploymentSpec } from "./columns";
import { escapeLike, readState, type ObservedStatus } from "./endpoints";
import type { Prisma } from "./generated/client";

export interface DeploymentRow extends ObservedStatus {
  readonly id: string;
  readonly workspaceId: string;
  readonly endpointId: string;
  readonly name: string;
  readonly color: DeploymentColor;
  readonly spec: DeploymentSpec;
  readonly specHash: string;
  readonly generation: number;
  readonly restartRequested: number;
  readonly deleteRequested: boolean;
  readonly subnetIndex: number | null;
  readonly stagedHash: string | null;
  readonly rollRequested: number;
  readonly rollObserved: number;
  /** The image that it is pinned to, and for which spec. */
  readonly imageBuildId: string | null;
  readonly pinSpecHash: string | null;
  readonly imageRevision: number;
  readonly imageRef: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
}

export interface DeploymentRevisionRow {
  readonly id: string;
  readonly deploymentId: string;
  readonly generation: number;
  readonly spec: DeploymentSpec;
  readonly specHash: string;
  readonly actorId: string;
  readonly actorName: string;
  readonly createdAt: number;
  /** The image that was chosen for it; null until it is known. */
  readonly imageRef: string | null;
  readonly imageDigest: string | null;
  /** The doctor's report on exactly this spec, where there is one. */
  readonly doctorRunId: string | null;
}

/** The assets of an earlier revision. */
export interface EarlierParts {
  readonly deploymentId: string;
  readonly generation: number;
  readonly modelVersionId: string | null;
  readonly environmentVersionId: string;
  readonly codeId: string | null;
}

const select = {
  id: true, workspaceId: true, endpointId: true, name: true, color: true, spec: true, specHash: true, generation: true, restartRequested: true,
  deleteRequested: true, observedGeneration: true, provisioningState: true, conditions: true, lastError: true, subnetIndex: true, stagedHash: true,
  rollRequested: true, rollObserved: true, imageBuildId: true, pinSpecHash: true, imageRevision: true, imageRef: true, createdAt: true, updatedAt: true, deletedAt: true,
} satisfies Prisma.DeploymentSelect; // prettier-ignore

const toRow = (row: Prisma.DeploymentGetPayload<{ select: typeof select }>): DeploymentRow => ({
  ...row,
  // The column has a check constraint on 0 to 7.
  color: row.color as DeploymentColor,
  spec: readDeploymentSpec(row.spec),
  conditions: readConditions(row.conditions),
  provisioningState: readState(row.provisioningState),
  createdAt: ms(row.createdAt),
  updatedAt: ms(row.updatedAt),
  deletedAt: msOrNull(row.deletedAt),
});

const revisionSelect = {
  id: true, deploymentId: true, generation: true, spec: true, specHash: true, actorId: true, actorName: true, createdAt: true, imageRef: true, imageDigest: true,
  doctorRunId: true,
} satisfies Prisma.DeploymentRevisionSelect; // prettier-ignore
const toRevision = (row: Prisma.DeploymentRevisionGetPayload<{ select: typeof revisionSelect }>): DeploymentRevisionRow => ({
  ...row,
  spec: readDeploymentSpec(row.spec),
  createdAt: ms(row.createdAt),
});

export type NewDeployment = Pick<DeploymentRow, "id" | "workspaceId" | "endpointId" | "name" | "color" | "spec" | "specHash">;
export type DeploymentProgress = Partial<
  Pick<DeploymentRow, "subnetIndex" | "stagedHash" | "imageRef" | "imageBuildId" | "pinSpecHash" | "imageRevision" | "rollObserved">
>;
type NewDeploymentRevision = Omit<DeploymentRevisionRow, "imageRef" | "imageDigest" | "doctorRunId">;

/** Deployments and their revisions. "Live" means not yet gone: deleting ones count. */
export function deploymentsRepository(db: Db) {
  return {
    async findById(id: string): Promise<DeploymentRow | null> {
      const row = await db.deployment.findUnique({ where: { id }, select });
      return row === null ? null : toRow(row);
    },
    async findLiveByName(endpointId: string, name: string): Promise<DeploymentRow | null> {
      const row = await db.deployment.findFirst({ where: { endpointId, deletedAt: null, name: { equals: escapeLike(name), mode: "insensitive" } }, select });
      return row === null ? null : toRow(row);
    },
    async listByEndpoint(endpointId: string): Promise<DeploymentRow[]> {
      return this.listByEndpoints([endpointId]);
    },
    async listByEndpoints(endpointIds: readonly string[]): Promise<DeploymentRow[]> {
      return (await db.deployment.findMany({ where: { endpointId: { in: [...endpointIds] }, deletedAt: null }, orderBy: { createdAt: "asc" }, select })).map(
        toRow,
      );
    },
    async listByIds(ids: readonly string[]): Promise<DeploymentRow[]> {
      return (await db.deployment.findMany({ where: { id: { in: [...ids] } }, select })).map(toRow);
    },
    async listLive(): Promise<DeploymentRow[]> {
      return (await db.deployment.findMany({ where: { deletedAt: null }, orderBy: { id: "asc" }, select })).map(toRow);
    },
    async listLiveByWorkspace(workspaceId: string): Promise<DeploymentRow[]> {
      return (await db.deployment.findMany({ where: { workspaceId, deletedAt: null }, orderBy: { id: "asc" }, select })).map(toRow);
    },
    /** Ids of deployments that hold a network, gone or not, with the position of each. */
    async listSubnets(): Promise<readonly { readonly id: string; readonly subnetIndex: number }[]> {
      const rows = await db.deployment.findMany({ where: { subnetIndex: { not: null } }, select: { id: true, subnetIndex: true } });
      return rows.flatMap((row) => (row.subnetIndex === null ? [] : [{ id: row.id, subnetIndex: row.subnetIndex }]));
    },
    async countLive(workspaceId: string): Promise<number> {
      return db.deployment.count({ where: { workspaceId, deletedAt: null } });
    },
    /** Rejects with a unique violation when the name is taken in its endpoint. */
    async insert(row: NewDeployment): Promise<DeploymentRow> {
      return toRow(await db.deployment.create({ data: { ...row, spec: json(row.spec) }, select }));
    },
    /** The wish, guarded by the generation that its author saw; null when that is no longer the newest or the row is being deleted. */
    async updateSpecIfGeneration(id: string, generation: number, spec: DeploymentSpec, specHash: string): Promise<DeploymentRow | null> {
      const { count } = await db.deployment.updateMany({
        where: { id, generation, deleteRequested: false, deletedAt: null },
        data: { spec: json(spec), specHash, generation: { increment: 1 } },
      });
      return count === 0 ? null : this.findById(id);
    },
    /** Asks for fresh instances of the same spec; null when the row is being deleted. */
    async requestRestart(id: string): Promise<DeploymentRow | null> {
      const { count } = await db.deployment.updateMany({
        where: { id, deleteRequested: false, deletedAt: null },
        data: { restartRequested: { increment: 1 }, generation: { increment: 1 } },
      });
      return count === 0 ? null : this.findById(id);
    },
    /** Asks for the newest image of the same environment; null when the row is being deleted. */
    async requestRoll(id: string): Promise<DeploymentRow | null> {
      const { count } = await db.deployment.updateMany({
        where: { id, deleteRequested: false, deletedAt: null },
        data: { rollRequested: { increment: 1 }, generation: { increment: 1 } },
      });
      return count === 0 ? null : this.findById(id);
    },
    /** The wish to delete. False when it was already there. */
    async requestDelete(id: string): Promise<boolean> {
      const { count } = await db.deployment.updateMany({
        where: { id, deleteRequested: false, deletedAt: null },
        data: { deleteRequested: true, generation: { increment: 1 } },
      });
      return count > 0;
    },
    /** Status, for the deployment's reconciler inside `fenced` only. False when nothing differed. */
    async updateStatus(id: string, status: ObservedStatus): Promise<boolean> {
      const count = await db.$executeRaw`
        UPDATE deployment SET observed_generation = ${status.observedGeneration}, provisioning_state = ${status.provisioningState},
          conditions = ${JSON.stringify(status.conditions)}::jsonb, last_error = ${status.lastError}, updated_at = now()
        WHERE id = ${id} AND (observed_generation, provisioning_state, conditions, last_error)
          IS DISTINCT FROM (${status.observedGeneration}::int, ${status.provisioningState}::text, ${JSON.stringify(status.conditions)}::jsonb, ${status.lastError}::text)`;
      return count > 0;
    },
    /** Network position, staged volume and image, for the deployment's reconciler inside `fenced` only. */
    async updateProgress(id: string, progress: DeploymentProgress): Promise<void> {
      await db.deployment.updateMany({ where: { id }, data: progress });
    },
    /** Marks it gone, which frees its name and its network's position. Inside `fenced` only. */
    async markDeleted(id: string, atMs: number): Promise<void> {
      await db.deployment.updateMany({ where: { id, deletedAt: null }, data: { deletedAt: new Date(atMs), subnetIndex: null } });
    },

    async insertRevision(row: NewDeploymentRevision): Promise<void> {
      await db.deploymentRevision.create({ data: { ...row, spec: json(row.spec), createdAt: new Date(row.createdAt) }, select: { id: true } });
    },
    /** Environment versions that live deployments run, or ran in a revision that they can go back to. */
    async listEnvironmentVersionIds(): Promise<string[]> {
      const rows = await db.$queryRaw<{ id: string }[]>`
        SELECT spec->>'environmentVersionId' AS id FROM deployment WHERE deleted_at IS NULL
        UNION SELECT r.spec->>'environmentVersionId' FROM deployment_revision r JOIN deployment d ON d.id = r.deployment_id WHERE d.deleted_at IS NULL`;
      return rows.map((row) => row.id);
    },
    /** What live deployments of a workspace were made of before their newest generation, each combination with the last generation that had it. */
    async listEarlierParts(workspaceId: string): Promise<EarlierParts[]> {
      return db.$queryRaw<EarlierParts[]>`
        SELECT r.deployment_id AS "deploymentId", max(r.generation) AS generation, r.spec->>'modelVersionId' AS "modelVersionId",
          r.spec->>'environmentVersionId' AS "environmentVersionId", r.spec#>>'{codeConfiguration,codeId}' AS "codeId"
        FROM deployment_revision r JOIN deployment d ON d.id = r.deployment_id
        WHERE d.workspace_id = ${workspaceId} AND d.deleted_at IS NULL AND NOT d.delete_requested AND r.generation < d.generation
        GROUP BY 1, 3, 4, 5`;
    },
    /** Freezes the image of one generation; the first one stays. Inside `fenced` only. */
    async freezeImage(deploymentId: string, generation: number, imageRef: string, imageDigest: string): Promise<void> {
      await db.deploymentRevision.updateMany({ where: { deploymentId, generation, imageRef: null }, data: { imageRef, imageDigest } });
    },
    async findRevision(deploymentId: string, generation: number): Promise<DeploymentRevisionRow | null> {
      const row = await db.deploymentRevision.findUnique({ where: { deploymentId_generation: { deploymentId, generation } }, select: revisionSelect });
      return row === null ? null : toRevision(row);
    },
    /** Revisions of live deployments that a report may be about; whoever asks compares the specs. */
    async listRevisionsOfEnvironment(workspaceId: string, environmentVersionId: string): Promise<DeploymentRevisionRow[]> {
      const where = { spec: { path: ["environmentVersionId"], equals: environmentVersionId }, deployment: { workspaceId, deletedAt: null } };
      return (await db.deploymentRevision.findMany({ where, select: revisionSelect })).map(toRevision);
    },
    async keepReport(revisionId: string, doctorRunId: string): Promise<void> {
      await db.deploymentRevision.updateMany({ where: { id: revisionId }, data: { doctorRunId } });
    },
    async listRevisions(deploymentId: string, limit: number): Promise<DeploymentRevisionRow[]> {
      return (await db.deploymentRevision.findMany({ where: { deploymentId }, orderBy: { generation: "desc" }, take: limit, select: revisionSelect })).map(
        toRevision,
      );
    },
  };
}
