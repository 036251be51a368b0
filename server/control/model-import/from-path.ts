import { createReadStream } from "node:fs";
import { lstat, readdir, realpath } from "node:fs/promises";
import path from "node:path";
import { ImportFailure, type SourceFile, type SourceListing } from "./failure";

const maxFiles = 10_000;

const isBelow = (folder: string, file: string): boolean => file === folder || file.startsWith(`${folder}${path.sep}`);

/** The real place of what was named; it must lie in an allowed folder after every link is followed. */
async function requireAllowed(named: string, allowed: readonly string[]): Promise<string> {
  const real = await realpath(named).catch(() => {
    throw new ImportFailure("NotFound", `There is no ${named} on the server.`, "The path is one of the machine that Sluice runs on.");
  });
  const roots = await Promise.all(allowed.map((root) => realpath(root).catch(() => null)));
  if (roots.some((root) => root !== null && isBelow(root, real))) return real;
  throw new ImportFailure(
    "PathRefused",
    `${named} is not in a folder that may be imported from.`,
    "An administrator lists such folders in SLUICE_IMPORT_PATHS.",
  );
}

const fileAt = (file: string, relative: string, sizeBytes: number): SourceFile => ({
  path: relative,
  sizeBytes,
  open: () => Promise.resolve(createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>),
});

/** A file or folder of this machine. Links and devices inside of a folder are refused: they could lead out of it. */
export async function listPath(named: string, allowed: readonly string[]): Promise<SourceListing> {
  const root = await requireAllowed(named, allowed);
  const info = await lstat(root);
  if (info.isFile()) return { isFile: true, files: [fileAt(root, path.basename(root), info.size)] };
  const files: SourceFile[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isDirectory()) continue;
    const relative = path.relative(root, file).split(path.sep).join("/");
    if (!entry.isFile()) throw new ImportFailure("PathRefused", `${relative} is a link or a device.`, "Copy the files that links point to into the folder.");
    files.push(fileAt(file, relative, (await lstat(file)).size));
    if (files.length > maxFiles) throw new ImportFailure("TooLarge", `The folder holds more than ${String(maxFiles)} files.`, "Name the model's own folder.");
  }
  return { isFile: false, files };
}
