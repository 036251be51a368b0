import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { unless } from "#server/artifacts/unless";
import type { ControlContext } from "../context";
import { graceMs } from "./plan";

/** More than these wait for the next sweep. */
const batch = 50;

type Context = Pick<ControlContext, "store" | "clock"> & { readonly settings: Pick<ControlContext["settings"], "uploadsFolder"> };

/** Gives up what nobody went on with; how many. */
async function expire({ store, clock, settings }: Context): Promise<number> {
  const expired = await store.uploads.listExpired(clock.now(), batch);
  for (const upload of expired) {
    await rm(path.join(settings.uploadsFolder, upload.id), { recursive: true, force: true });
    await store.uploads.abort(upload.id);
  }
  return expired.length;
}

/**
 * Removes folders whose upload has ended, or was never written down: a process that was killed between row and folder left them; how many.
 * A folder is made just before its row, so one without a row has to be old.
 */
async function removeLeftFolders({ store, clock, settings }: Context): Promise<number> {
  const names = (await readdir(settings.uploadsFolder).catch(unless("ENOENT"))) ?? [];
  const rows = new Map((await store.uploads.listByIds(names)).map((row) => [row.id, row]));
  let removed = 0;
  for (const name of names.filter((one) => rows.get(one)?.state !== "Open")) {
    if (removed >= batch) break;
    const folder = path.join(settings.uploadsFolder, name);
    const info = rows.has(name) ? null : await stat(folder).catch(unless("ENOENT"));
    if (info !== null && clock.now() - info.mtimeMs <= graceMs) continue;
    await rm(folder, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

export const sweepUploads = async (context: Context): Promise<number> => (await expire(context)) + (await removeLeftFolders(context));
