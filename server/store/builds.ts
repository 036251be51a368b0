import type { Db } from "./client";
import { ms, msOrNull } from "./columns";
import type { Prisma } from "./generated/client";

const buildStates = ["Queued", "Building", "Succeeded", "Failed"] as const;
export type BuildState = (typeof buildStates)[number];

export interface ImageBuildRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly environmentVersionId: string;
  readonly contentHash: string;
  readonly attempt: number;
  readonly observedAttempt: number;
  readonly state: BuildState;
  readonly imageRef: string | null;
  readonly imageId: string | null;
  readonly sizeBytes: number | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

const select = {
  id: true, workspaceId: true, environmentVersionId: true, contentHash: true, attempt: true, observedAttempt: true, state: true, imageRef: true,
  imageId: true, sizeBytes: true, reason: true, message: true, hint: true, createdAt: true, startedAt: true, finishedAt: true,
} satisfies Prisma.ImageBuildSelect; // prettier-ignore

const toRow = (row: Prisma.ImageBuildGetPayload<{ select: typeof select }>): ImageBuildRow => ({
  ...row,
  state: buildStates.find((state) => state === row.state) ?? "Failed",
  sizeBytes: row.sizeBytes === null ? null : Number(row.sizeBytes),
  createdAt: ms(row.createdAt),
  startedAt: msOrNull(row.startedAt),
  finishedAt: msOrNull(row.finishedAt),
});

export type NewImageBuild = Pick<ImageBuildRow, "id" | "workspaceId" | "environmentVersionId" | "contentHash" | "createdAt">;
export type ImageBuildPatch = Partial<
  Pick<ImageBuildRow, "observedAttempt" | "state" | "imageRef" | "imageId" | "sizeBytes" | "reason" | "message" | "hint" | "startedAt" | "finishedAt">
>;

/** Image builds, one per content hash. Operations insert and raise `attempt`; the image-build reconciler writes the rest. */
export function buildsRepository(db: Db) {
  return {
    async findById(id: string): Promise<ImageBuildRow | null> {
      const row = await db.imageBuild.findUnique({ where: { id }, select });
      return row === null ? null : toRow(row);
    },
    async findByContentHash(contentHash: string): Promise<ImageBuildRow | null> {
      const row = await db.imageBuild.findUnique({ where: { contentHash }, select });
      return row === null ? null : toRow(row);
    },
    async listByContentHashes(contentHashes: readonly string[]): Promise<ImageBuildRow[]> {
      return (await db.imageBuild.findMany({ where: { contentHash: { in: [...contentHashes] } }, select })).map(toRow);
    },
    /** Those whose newest attempt has no outcome yet. */
    async listOpen(): Promise<ImageBuildRow[]> {
      const rows = await db.imageBuild.findMany({
        where: { OR: [{ state: { in: ["Queued", "Building"] } }, { observedAttempt: { lt: db.imageBuild.fields.attempt } }] },
        orderBy: { createdAt: "asc" },
        select,
      });
      return rows.map(toRow);
    },
    async listAll(): Promise<ImageBuildRow[]> {
      return (await db.imageBuild.findMany({ orderBy: { createdAt: "desc" }, select })).map(toRow);
    },
    /** The build of that content: the one that exists, else this one. */
    async insertIfAbsent(row: NewImageBuild): Promise<ImageBuildRow> {
      await db.$executeRaw`INSERT INTO image_build (id, workspace_id, environment_version_id, content_hash, created_at)
        VALUES (${row.id}, ${row.workspaceId}, ${row.environmentVersionId}, ${row.contentHash}, ${new Date(row.createdAt)}) ON CONFLICT (content_hash) DO NOTHING`;
      const existing = await this.findByContentHash(row.contentHash);
      if (existing === null) throw new Error("the build's row vanished inside its transaction");
      return existing;
    },
    /** Asks for another try, once per failed attempt; null when the newest attempt has not failed. */
    async requestRetry(id: string): Promise<ImageBuildRow | null> {
      const { count } = await db.imageBuild.updateMany({
        where: { id, state: "Failed", attempt: { lte: db.imageBuild.fields.observedAttempt } },
        data: { attempt: { increment: 1 } },
      });
      return count === 0 ? null : this.findById(id);
    },
    /** For the image-build reconciler inside `fenced` only. */
    async update(id: string, patch: ImageBuildPatch): Promise<ImageBuildRow | null> {
      const { sizeBytes, startedAt, finishedAt, ...plain } = patch;
      await db.imageBuild.updateMany({
        where: { id },
        data: {
          ...plain,
          ...(sizeBytes === undefined ? {} : { sizeBytes: sizeBytes === null ? null : BigInt(sizeBytes) }),
          ...(startedAt === undefined ? {} : { startedAt: startedAt === null ? null : new Date(startedAt) }),
          ...(finishedAt === undefined ? {} : { finishedAt: finishedAt === null ? null : new Date(finishedAt) }),
        },
      });
      return this.findById(id);
    },
    async remove(id: string): Promise<void> {
      await db.imageBuild.deleteMany({ where: { id } });
    },
  };
}
