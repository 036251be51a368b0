import type { AssetMetadata } from "#server/domain/asset/metadata";
import { rollPolicies, type RollPolicy } from "#server/domain/environment/base-refresh";
import type { EnvironmentSpec } from "#server/domain/environment/types";
import type { Db } from "./client";
import { json, ms, msOrNull, readEnvironmentSpec, readMetadata, writeMetadata } from "./columns";
import { escapeLike } from "./endpoints";
import type { Prisma } from "./generated/client";

/** One version together with the name it stands under. */
export interface EnvironmentVersionRow extends AssetMetadata {
  readonly id: string;
  readonly environmentId: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly version: number;
  readonly spec: EnvironmentSpec;
  /** Equal hashes share one image build. */
  readonly contentHash: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly archivedAt: number | null;
  /** Made for a deployment that named none; `createdAt` then is when it was last asked for. */
  readonly anonymous: boolean;
  /** Digest of the product's definition that it comes from; null for everybody's own. */
  readonly curated: string | null;
  /** The environment's: whether deployments move to a newer image by themselves. */
  readonly rollPolicy: RollPolicy;
}

const select = {
  id: true, environmentId: true, version: true, spec: true, contentHash: true, description: true, tags: true, properties: true, createdBy: true,
  createdAt: true, archivedAt: true,
  anonymous: true, curated: true, environment: { select: { name: true, workspaceId: true, rollPolicy: true } },
} satisfies Prisma.EnvironmentVersionSelect; // prettier-ignore

const toRow = ({ environment, ...row }: Prisma.EnvironmentVersionGetPayload<{ select: typeof select }>): EnvironmentVersionRow => ({
  ...row,
  name: environment.name,
  workspaceId: environment.workspaceId,
  rollPolicy: rollPolicies.find((policy) => policy === environment.rollPolicy) ?? "manual",
  spec: readEnvironmentSpec(row.spec),
  ...readMetadata(row),
  createdAt: ms(row.createdAt),
  archivedAt: msOrNull(row.archivedAt),
});

export type NewEnvironmentVersion = Omit<EnvironmentVersionRow, "environmentId" | "version" | "rollPolicy" | "archivedAt">;

/** Environments and their immutable versions. */
export function environmentsRepository(db: Db) {
  return {
    async findVersion(id: string): Promise<EnvironmentVersionRow | null> {
      const row = await db.environmentVersion.findUnique({ where: { id }, select });
      return row === null ? null : toRow(row);
    },
    async findByNameVersion(workspaceId: string, name: string, version: number): Promise<EnvironmentVersionRow | null> {
      const where = { version, environment: { workspaceId, name: { equals: escapeLike(name), mode: "insensitive" as const } } };
      const row = await db.environmentVersion.findFirst({ where, select });
      return row === null ? null : toRow(row);
    },
    /** The highest version of the name that is neither archived nor anonymous. */
    async findNewest(workspaceId: string, name: string): Promise<EnvironmentVersionRow | null> {
      const environment = { workspaceId, name: { equals: escapeLike(name), mode: "insensitive" as const } };
      const row = await db.environmentVersion.findFirst({ where: { anonymous: false, archivedAt: null, environment }, orderBy: { version: "desc" }, select });
      return row === null ? null : toRow(row);
    },
    async listVersionsByIds(ids: readonly string[]): Promise<EnvironmentVersionRow[]> {
      return (await db.environmentVersion.findMany({ where: { id: { in: [...ids] } }, select })).map(toRow);
    },
    /** Newest first; archived ones only when asked for, anonymous ones unless a name asks for them. */
    async listVersions(workspaceId: string, name?: string, options: { readonly archived?: boolean } = {}): Promise<EnvironmentVersionRow[]> {
      const environment = { workspaceId, ...(name === undefined ? {} : { name: { equals: escapeLike(name), mode: "insensitive" as const } }) };
      const shown = { environment, ...(options.archived === true ? {} : { archivedAt: null }), ...(name === undefined ? { anonymous: false } : {}) };
      return (await db.environmentVersion.findMany({ where: shown, orderBy: { createdAt: "desc" }, select })).map(toRow);
    },
    /** The newest version of each of these names in a workspace, archived or not. */
    async listNewest(workspaceId: string, names: readonly string[]): Promise<EnvironmentVersionRow[]> {
      const where = { environment: { workspaceId, name: { in: [...names] } } };
      const order = [{ environmentId: "asc" as const }, { version: "desc" as const }];
      return (await db.environmentVersion.findMany({ where, distinct: ["environmentId"], orderBy: order, select })).map(toRow);
    },
    /** Of every environment that is in lists the newest version. */
    async listNewestOfAll(): Promise<EnvironmentVersionRow[]> {
      const where = { anonymous: false, archivedAt: null };
      const order = [{ environmentId: "asc" as const }, { version: "desc" as const }];
      return (await db.environmentVersion.findMany({ where, distinct: ["environmentId"], orderBy: order, select })).map(toRow);
    },
    async listVersionsOfPolicy(rollPolicy: RollPolicy): Promise<EnvironmentVersionRow[]> {
      return (await db.environmentVersion.findMany({ where: { environment: { rollPolicy } }, select })).map(toRow);
    },
    async setRollPolicy(environmentId: string, rollPolicy: RollPolicy): Promise<void> {
      await db.environment.updateMany({ where: { id: environmentId }, data: { rollPolicy } });
    },
    /** The anonymous version of exactly that spec, kept from the sweep for another while; null when there is none. */
    async claimAnonymous(workspaceId: string, contentHash: string, spec: EnvironmentSpec, atMs: number): Promise<EnvironmentVersionRow | null> {
      const [claimed] = await db.$queryRaw<{ id: string }[]>`UPDATE environment_version SET created_at = ${new Date(atMs)} WHERE id = (
        SELECT v.id FROM environment_version v JOIN environment e ON e.id = v.environment_id
        WHERE e.workspace_id = ${workspaceId} AND v.archived_at IS NULL AND v.content_hash = ${contentHash} AND v.anonymous AND v.spec = ${JSON.stringify(spec)}::jsonb
        ORDER BY v.version LIMIT 1 FOR UPDATE OF v) RETURNING id`;
      return claimed === undefined ? null : this.findVersion(claimed.id);
    },
    /**
     * Removes anonymous versions last asked for before `beforeMs` that no revision of a live deployment names. Their builds go to another version of
     * the same content, or with them.
     */
    async removeUnusedAnonymous(beforeMs: number, limit: number): Promise<number> {
      const gone = await db.$queryRaw<{ id: string; environment_id: string }[]>`DELETE FROM environment_version WHERE id IN (
        SELECT v.id FROM environment_version v WHERE v.anonymous AND v.created_at < ${new Date(beforeMs)}
          AND NOT EXISTS (SELECT 1 FROM deployment_revision r JOIN deployment d ON d.id = r.deployment_id
            WHERE d.deleted_at IS NULL AND r.spec->>'environmentVersionId' = v.id)
        LIMIT ${limit}) RETURNING id, environment_id`;
      if (gone.length === 0) return 0;
      const ids = gone.map((row) => row.id);
      await db.$executeRaw`UPDATE image_build b SET environment_version_id = v.id FROM environment_version v
        WHERE b.environment_version_id = ANY(${ids}) AND v.content_hash = b.content_hash`;
      await db.$executeRaw`DELETE FROM image_build WHERE environment_version_id = ANY(${ids})`;
      await db.$executeRaw`DELETE FROM environment e WHERE e.id = ANY(${gone.map((row) => row.environment_id)})
        AND NOT EXISTS (SELECT 1 FROM environment_version v WHERE v.environment_id = e.id)`;
      return gone.length;
    },
    /** The next version of the name, under the name's row lock. */
    async insertVersion(row: NewEnvironmentVersion, environmentId: string): Promise<EnvironmentVersionRow> {
      const { workspaceId, name, ...version } = row;
      await db.$executeRaw`INSERT INTO environment (id, workspace_id, name) VALUES (${environmentId}, ${workspaceId}, ${name})
        ON CONFLICT (workspace_id, name) DO NOTHING`;
      const [environment] = await db.$queryRaw<{ id: string }[]>`SELECT id FROM environment WHERE workspace_id = ${workspaceId} AND name = ${name} FOR UPDATE`;
      if (environment === undefined) throw new Error("the environment's row vanished inside its transaction");
      const newest = await db.environmentVersion.aggregate({ where: { environmentId: environment.id }, _max: { version: true } });
      const data = {
        ...version,
        environmentId: environment.id,
        version: (newest._max.version ?? 0) + 1,
        spec: json(row.spec),
        ...writeMetadata(row),
        createdAt: new Date(row.createdAt),
      };
      return toRow(await db.environmentVersion.create({ data, select }));
    },
  };
}
