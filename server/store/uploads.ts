import type { Db } from "./client";
import { ms, msOrNull } from "./columns";
import type { Prisma } from "./generated/client";

export interface UploadRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly userId: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly chunkBytes: number;
  readonly receivedChunks: readonly number[];
  readonly state: "Open" | "Completed" | "Aborted";
  readonly sha256: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly completedAt: number | null;
}

const select = {
  id: true, workspaceId: true, userId: true, fileName: true, sizeBytes: true, chunkBytes: true, receivedChunks: true, state: true, sha256: true,
  createdAt: true, expiresAt: true, completedAt: true,
} satisfies Prisma.UploadSelect; // prettier-ignore

const toState = (value: string): UploadRow["state"] => (value === "Open" || value === "Completed" ? value : "Aborted");

const toRow = (row: Prisma.UploadGetPayload<{ select: typeof select }>): UploadRow => ({
  ...row,
  sizeBytes: Number(row.sizeBytes),
  state: toState(row.state),
  createdAt: ms(row.createdAt),
  expiresAt: ms(row.expiresAt),
  completedAt: msOrNull(row.completedAt),
});

export type NewUpload = Pick<UploadRow, "id" | "workspaceId" | "userId" | "fileName" | "sizeBytes" | "chunkBytes" | "createdAt" | "expiresAt">;

/** Resumable uploads and the blobs that they become. */
export function uploadsRepository(db: Db) {
  return {
    async findById(id: string): Promise<UploadRow | null> {
      const row = await db.upload.findUnique({ where: { id }, select });
      return row === null ? null : toRow(row);
    },
    async listByIds(ids: readonly string[]): Promise<UploadRow[]> {
      return (await db.upload.findMany({ where: { id: { in: [...ids] } }, select })).map(toRow);
    },
    async insert(row: NewUpload): Promise<UploadRow> {
      const data = { ...row, sizeBytes: BigInt(row.sizeBytes), createdAt: new Date(row.createdAt), expiresAt: new Date(row.expiresAt) };
      return toRow(await db.upload.create({ data, select }));
    },
    /** Adds one chunk's index; several at once and repeats are fine. */
    async addChunk(id: string, index: number): Promise<void> {
      await db.$executeRaw`UPDATE upload SET received_chunks = array_append(received_chunks, ${index}::int)
        WHERE id = ${id} AND state = 'Open' AND NOT (${index}::int = ANY(received_chunks))`;
    },
    async complete(id: string, sha256: string, atMs: number): Promise<UploadRow | null> {
      const { count } = await db.upload.updateMany({ where: { id, state: "Open" }, data: { state: "Completed", sha256, completedAt: new Date(atMs) } });
      return count === 0 ? null : this.findById(id);
    },
    async abort(id: string): Promise<void> {
      await db.upload.updateMany({ where: { id, state: "Open" }, data: { state: "Aborted" } });
    },
    /** Forgets uploads that are complete or given up and whose time is over: what was not registered by then has to be uploaded again. */
    async removeEnded(atMs: number): Promise<number> {
      return (await db.upload.deleteMany({ where: { state: { not: "Open" }, expiresAt: { lt: new Date(atMs) } } })).count;
    },
    async listExpired(atMs: number, limit: number): Promise<UploadRow[]> {
      return (await db.upload.findMany({ where: { state: "Open", expiresAt: { lt: new Date(atMs) } }, take: limit, select })).map(toRow);
    },
  };
}

/** Blobs that rows refer to; the sweep of the artifact store keeps what is named here or in a file list. */
export function artifactsRepository(db: Db) {
  return {
    async insert(sha256: string, sizeBytes: number): Promise<void> {
      await db.$executeRaw`INSERT INTO artifact (sha256, size_bytes) VALUES (${sha256}, ${BigInt(sizeBytes)}) ON CONFLICT DO NOTHING`;
    },
    /** Digests that some model, code, completed upload or running import names; contexts of environments are code as well. */
    async listReferenced(): Promise<string[]> {
      const rows = await db.$queryRaw<{ sha256: string }[]>`
        SELECT DISTINCT file->>'sha256' AS sha256 FROM model_version, jsonb_array_elements(files) AS file
        UNION SELECT file->>'sha256' FROM code_asset, jsonb_array_elements(files) AS file
        UNION SELECT file->>'sha256' FROM model_import, jsonb_array_elements(stored) AS file
        UNION SELECT sha256 FROM upload WHERE sha256 IS NOT NULL AND state = 'Completed'`;
      return rows.map((row) => row.sha256);
    },
    async remove(sha256: string): Promise<void> {
      await db.artifact.deleteMany({ where: { sha256 } });
    },
  };
}
