import dockerIgnore from "@balena/dockerignore";
import type { AssetFile } from "../model/types";

export const ignoreFile = ".dockerignore";
/** Longer ones are not read: no person wrote them. */
export const maxIgnoreBytes = 64 * 1024;

/** A Dockerfile's build context, with the text of its `.dockerignore` where it has one. */
export interface BuildContextFiles {
  readonly files: readonly AssetFile[];
  readonly ignore: string | null;
}

/** The files that a build gets to see, by the rules of Docker's own client, and what the log says of the others. */
export function appliedIgnore({ files, ignore }: BuildContextFiles): { readonly files: readonly AssetFile[]; readonly notes: readonly string[] } {
  if (ignore === null) return { files, notes: [] };
  const isSeen = dockerIgnore().add(ignore).createFilter();
  const seen = files.filter(({ path }) => isSeen(path));
  const left = files.filter(({ path }) => !isSeen(path));
  const some = left.slice(0, 3).map(({ path }) => path).join(", "); // prettier-ignore
  const names = left.length > 3 ? `${some} and ${String(left.length - 3)} more` : some;
  return { files: seen, notes: [`${ignoreFile} leaves out ${String(left.length)} of ${String(files.length)} files${left.length === 0 ? "" : `: ${names}`}`] };
}
