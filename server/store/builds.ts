import type { BuildStep } from "#server/domain/environment/build-steps";
import type { PinnedBase } from "#server/domain/environment/image-pin";
import type { Db } from "./client";
import { json, ms, msOrNull, readBases, readBuildSteps } from "./columns";
import type { Prisma } from "./generated/client";

const buildStates = ["Queued", "Building", "Succeeded", "Failed", "Canceled"] as const;
export type BuildState = (typeof buildStates)[number];

export interface ImageBuildRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly environmentVersionId: string;
  readonly contentHash: string;
  /** Counts the images of one content from 1. */
  readonly revision: number;
  readonly cause: string;
  readonly attempt: number;
  readonly cancelledAttempt: number;
  readonly observedAttempt: number;
  readonly state: BuildState;
  /** For an image that is used as it is: its reference by digest, and the digest. */
  readonly sourceRef: string | null;
  readonly sourceDigest: string | null;
  readonly bases: readonly PinnedBase[];
  readonly steps: readonly BuildStep[];
  readonly imageRef: string | null;
  readonly imageId: string | null;
  readonly sizeBytes: number | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly failureLines: readonly string[];
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

const select = {
  id: true, workspaceId: true, environmentVersionId: true, contentHash: true, revision: true, cause: true, attempt: true, cancelledAttempt: true,
  observedAttempt: true, state: true, sourceRef: true, sourceDigest: true, bases: true, steps: true, imageRef: true, imageId: true, sizeBytes: true, reason: true,
  message: true, hint: true, failureLines: true, createdAt: true, startedAt: true, finishedAt: true,
} satisfies Prisma.ImageBuildSelect; // prettier-ignore

const toRow = (row: Prisma.ImageBuildGetPayload<{ select: typeof select }>): ImageBuildRow => ({
  ...row,
  state: buildStates.find((state) => state === row.state) ?? "Failed",
  bases: readBases(row.bases),
  steps: readBuildSteps(row.steps),
  sizeBytes: row.sizeBytes === null ? null : Number(row.sizeBytes),
  createdAt: ms(row.createdAt),
  startedAt: msOrNull(row.startedAt),
  finishedAt: msOrNull(row.finishedAt),
});

export type NewImageBuild = Pick<ImageBuildRow, "id" | "workspaceId" | "environmentVersionId" | "contentHash" | "createdAt">;
export type ImageBuildPatch = Partial<
  Pick<
    ImageBuildRow,
    | "observedAttempt"
    | "state"
    | "sourceRef"
    | "sourceDigest"
    | "bases"
    | "steps"
    | "imageRef"
    | "imageId"
    | "sizeBytes"
    | "reason"
    | "message"
    | "hint"
    | "failureLines"
    | "startedAt"
    | "finishedAt"
  >
>;

/** Of each content hash the newest revision. */
const newestOf = (rows: readonly ImageBuildRow[]): ImageBuildRow[] => {
  const newest = new Map<string, ImageBuildRow>();
  for (const row of rows) if ((newest.get(row.contentHash)?.revision ?? 0) < row.revision) newest.set(row.contentHash, row);
  return [...newest.values()];
};

/** Images of environments, numbered per content hash. Operations insert, raise `attempt` and cancel; the control plane writes the rest. */
export function buildsRepository(db: Db) {
  return {
    async findById(id: string): Promise<ImageBuildRow | null> {
      const row = await db.imageBuild.findUnique({ where: { id }, select });
      return row === null ? null : toRow(row);
    },
    /** The newest revision of that content. */
    async findByContentHash(contentHash: string): Promise<ImageBuildRow | null> {
      const row = await db.imageBuild.findFirst({ where: { contentHash }, orderBy: { revision: "desc" }, select });
      return row === null ? null : toRow(row);
    },
    /** Newest first. */
    async listRevisions(contentHash: string): Promise<ImageBuildRow[]> {
      return (await db.imageBuild.findMany({ where: { contentHash }, orderBy: { revision: "desc" }, select })).map(toRow);
    },
    /** Every revision of these contents. */
    async listAllOf(contentHashes: readonly string[]): Promise<ImageBuildRow[]> {
      return (await db.imageBuild.findMany({ where: { contentHash: { in: [...contentHashes] } }, orderBy: { revision: "desc" }, select })).map(toRow);
    },
    /** The newest revision of each. */
    async listByContentHashes(contentHashes: readonly string[]): Promise<ImageBuildRow[]> {
      return newestOf((await db.imageBuild.findMany({ where: { contentHash: { in: [...contentHashes] } }, select })).map(toRow));
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
    /** The newest image of that content: the one that exists, else this one as the first. */
    async insertIfAbsent(row: NewImageBuild): Promise<ImageBuildRow> {
      await db.$executeRaw`INSERT INTO image_build (id, workspace_id, environment_version_id, content_hash, created_at)
        VALUES (${row.id}, ${row.workspaceId}, ${row.environmentVersionId}, ${row.contentHash}, ${new Date(row.createdAt)})
        ON CONFLICT (content_hash, revision) DO NOTHING`;
      const existing = await this.findByContentHash(row.contentHash);
      if (existing === null) throw new Error("the build's row vanished inside its transaction");
      return existing;
    },
    /** The revision after `after` of that content: the one that somebody else inserted meanwhile, else this one. Inside `fenced` only. */
    async insertNext(row: NewImageBuild & Partial<Pick<ImageBuildRow, "cause" | "sourceRef" | "sourceDigest">>, after: number): Promise<ImageBuildRow> {
      await db.$executeRaw`INSERT INTO image_build (id, workspace_id, environment_version_id, content_hash, revision, cause, source_ref, source_digest, created_at)
        VALUES (${row.id}, ${row.workspaceId}, ${row.environmentVersionId}, ${row.contentHash}, ${after + 1}, ${row.cause ?? ""}, ${row.sourceRef ?? null},
          ${row.sourceDigest ?? null}, ${new Date(row.createdAt)}) ON CONFLICT (content_hash, revision) DO NOTHING`;
      const inserted = await db.imageBuild.findUnique({ where: { contentHash_revision: { contentHash: row.contentHash, revision: after + 1 } }, select });
      if (inserted === null) throw new Error("the build's row vanished inside its transaction");
      return toRow(inserted);
    },
    /** Asks for another try, once per attempt that ended without an image; null when the newest has not. */
    async requestRetry(id: string): Promise<ImageBuildRow | null> {
      const { count } = await db.imageBuild.updateMany({
        where: { id, state: { in: ["Failed", "Canceled"] }, attempt: { lte: db.imageBuild.fields.observedAttempt } },
        data: { attempt: { increment: 1 } },
      });
      return count === 0 ? null : this.findById(id);
    },
    /** Asks that the newest attempt end; null when it has ended already. */
    async requestCancel(id: string): Promise<ImageBuildRow | null> {
      const count = await db.$executeRaw`UPDATE image_build SET cancelled_attempt = attempt WHERE id = ${id} AND observed_attempt < attempt`;
      return count === 0 ? null : this.findById(id);
    },
    /** For the image-build reconciler inside `fenced` only. */
    async update(id: string, patch: ImageBuildPatch): Promise<ImageBuildRow | null> {
      const { sizeBytes, startedAt, finishedAt, bases, steps, failureLines, ...plain } = patch;
      await db.imageBuild.updateMany({
        where: { id },
        data: {
          ...plain,
          ...(bases === undefined ? {} : { bases: json(bases) }),
          ...(steps === undefined ? {} : { steps: json(steps) }),
          ...(failureLines === undefined ? {} : { failureLines: [...failureLines] }),
          ...(sizeBytes === undefined ? {} : { sizeBytes: sizeBytes === null ? null : BigInt(sizeBytes) }),
          ...(startedAt === undefined ? {} : { startedAt: startedAt === null ? null : new Date(startedAt) }),
          ...(finishedAt === undefined ? {} : { finishedAt: finishedAt === null ? null : new Date(finishedAt) }),
        },
      });
      return this.findById(id);
    },
    /** Has an image that is gone from the host made again, as another attempt. Inside `fenced` only. */
    async remake(id: string): Promise<void> {
      await db.imageBuild.updateMany({
        where: { id, attempt: { lte: db.imageBuild.fields.observedAttempt } },
        data: { attempt: { increment: 1 }, state: "Queued", imageRef: null, imageId: null, startedAt: null, finishedAt: null },
      });
    },
    async remove(id: string): Promise<void> {
      await db.imageBuild.deleteMany({ where: { id } });
    },
  };
}
