import type { EnvironmentSpec } from "#server/domain/environment/types";
import type { Db } from "./client";
import { json, ms, readEnvironmentSpec, readText } from "./columns";
import { escapeLike } from "./endpoints";
import type { Prisma } from "./generated/client";

/** One version together with the name it stands under. */
export interface EnvironmentVersionRow {
  readonly id: string;
  readonly environmentId: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly version: number;
  readonly spec: EnvironmentSpec;
  /** Equal hashes share one image build. */
  readonly contentHash: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdBy: string;
  readonly createdAt: number;
}

const select = {
  id: true, environmentId: true, version: true, spec: true, contentHash: true, description: true, tags: true, createdBy: true, createdAt: true,
  environment: { select: { name: true, workspaceId: true } },
} satisfies Prisma.EnvironmentVersionSelect; // prettier-ignore

const toRow = ({ environment, ...row }: Prisma.EnvironmentVersionGetPayload<{ select: typeof select }>): EnvironmentVersionRow => ({
  ...row,
  name: environment.name,
  workspaceId: environment.workspaceId,
  spec: readEnvironmentSpec(row.spec),
  tags: readText(row.tags),
  createdAt: ms(row.createdAt),
});

export type NewEnvironmentVersion = Omit<EnvironmentVersionRow, "environmentId" | "version">;

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
    async listVersionsByIds(ids: readonly string[]): Promise<EnvironmentVersionRow[]> {
      return (await db.environmentVersion.findMany({ where: { id: { in: [...ids] } }, select })).map(toRow);
    },
    /** Newest first; versions of archived environments are left out. */
    async listVersions(workspaceId: string, name?: string): Promise<EnvironmentVersionRow[]> {
      const environment = {
        workspaceId,
        archivedAt: null,
        ...(name === undefined ? {} : { name: { equals: escapeLike(name), mode: "insensitive" as const } }),
      };
      return (await db.environmentVersion.findMany({ where: { environment }, orderBy: { createdAt: "desc" }, select })).map(toRow);
    },
    /** The next version of the name, under the name's row lock; a new version brings an archived name back. */
    async insertVersion(row: NewEnvironmentVersion, environmentId: string): Promise<EnvironmentVersionRow> {
      const { workspaceId, name, ...version } = row;
      await db.$executeRaw`INSERT INTO environment (id, workspace_id, name) VALUES (${environmentId}, ${workspaceId}, ${name})
        ON CONFLICT (workspace_id, name) DO UPDATE SET archived_at = NULL`;
      const [environment] = await db.$queryRaw<{ id: string }[]>`SELECT id FROM environment WHERE workspace_id = ${workspaceId} AND name = ${name} FOR UPDATE`;
      if (environment === undefined) throw new Error("the environment's row vanished inside its transaction");
      const newest = await db.environmentVersion.aggregate({ where: { environmentId: environment.id }, _max: { version: true } });
      const data = {
        ...version,
        environmentId: environment.id,
        version: (newest._max.version ?? 0) + 1,
        spec: json(row.spec),
        tags: json(row.tags),
        createdAt: new Date(row.createdAt),
      };
      return toRow(await db.environmentVersion.create({ data, select }));
    },
    async archive(environmentId: string, atMs: number): Promise<void> {
      await db.environment.updateMany({ where: { id: environmentId, archivedAt: null }, data: { archivedAt: new Date(atMs) } });
    },
  };
}
