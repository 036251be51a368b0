import { contentDigest } from "#server/artifacts/digest";
import { SluiceError } from "#server/domain/errors";
import { isStorageFull } from "#server/domain/storage-full";
import { isImportOpen } from "#server/domain/import/types";
import { detectModelType } from "#server/domain/model/detect";
import type { ImportEnd, ModelImportRow } from "#server/store/imports";
import { loops, write, type ControlContext } from "../context";
import { done, TransientError, type PassContext, type Reconciler } from "../runtime/outcome";
import { ImportFailure } from "./failure";
import { fetchFiles, type Fetched } from "./fetch";
import { ImportProgress } from "./progress";

/** A source that is restarted, or a line that breaks, is back within this time; an import that waited as long has failed. */
const patienceMs = 10 * 60_000;
const longestMs = 24 * 3_600_000;

const nothing = { reason: null, message: null, hint: null, version: null };
const canceled: ImportEnd = { ...nothing, state: "Canceled" };
const failed = (reason: string, message: string, hint: string): ImportEnd => ({ state: "Failed", reason, message, hint, version: null });

/** The next version of the name, and the import's end, in one transaction: a crash leaves either both or neither. */
async function register(context: ControlContext, row: ModelImportRow, { rootName, isFile, files }: Fetched): Promise<void> {
  const now = context.clock.now();
  await write(context, async (session) => {
    for (const file of files) await session.artifacts.insert(file.sha256, file.sizeBytes);
    const { workspaceId, name, description, tags, properties, createdBy } = row;
    const digest = contentDigest(rootName, isFile, files);
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    const type = row.type ?? detectModelType(files);
    const version = { workspaceId, name, type, description, rootName, isFile, files, digest, sizeBytes, createdBy, tags, properties };
    const made = await session.models.insertVersion({ ...version, id: context.newId("modelVersion"), createdAt: now }, context.newId("model"));
    await session.imports.finish(row.id, { ...nothing, state: "Succeeded", version: made.version }, now);
  });
}

/** What a failure comes to; rethrown when another try may go better. */
function endOf(context: ControlContext, row: ModelImportRow, error: unknown): ImportEnd {
  if (error instanceof ImportFailure) return failed(error.reason, error.message, error.hint);
  if (error instanceof SluiceError && error.kind === "invalid_input") return failed("ContentRefused", error.message, "Pack or choose the files anew.");
  if (isStorageFull(error)) return failed("DiskFull", "The server's disk is full.", "Free space below the data folder, then import again.");
  const begunAt = row.startedAt ?? context.clock.now();
  if (error instanceof TransientError && context.clock.now() - begunAt > patienceMs)
    return failed("SourceUnreachable", error.message, "Try again when the source is back.");
  throw error;
}

async function run(context: ControlContext, pass: PassContext, row: ModelImportRow): Promise<void> {
  const progress = new ImportProgress(context, row.id, pass.signal);
  try {
    await write(context, (session) => session.imports.begin(row.id, context.clock.now()));
    await register(context, row, await fetchFiles(context, row, progress));
  } catch (error) {
    pass.signal.throwIfAborted();
    const end = progress.cancelled ? canceled : endOf(context, row, error);
    await write(context, (session) => session.imports.finish(row.id, end, context.clock.now()));
  }
}

/** Fetches models from elsewhere, few at a time. A pass that a crash ended begins anew with the first file that is not stored yet. */
export function modelImportReconciler(context: ControlContext): Reconciler {
  return {
    name: loops.modelImport,
    concurrency: 2,
    deadlineMs: longestMs,
    async reconcile(key, pass) {
      const row = await context.store.imports.findById(key);
      if (row === null || !isImportOpen(row.state)) return done;
      if (row.cancelRequested) await write(context, (session) => session.imports.finish(row.id, canceled, context.clock.now()));
      else await run(context, pass, row);
      return done;
    },
  };
}
