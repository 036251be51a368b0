import { createHash } from "node:crypto";
import type { AssetFile } from "#server/domain/model/types";

/** Equal for equal content under an equal name of its root. */
export const contentDigest = (root: string, isFile: boolean, files: readonly AssetFile[]): string =>
  createHash("sha256")
    .update(JSON.stringify([root, isFile, files.map((file) => [file.path, file.sha256])]))
    .digest("hex");

/** A tar of one folder lists that folder in every path; the folder is then the root itself. */
export function withoutCommonFolder(files: readonly AssetFile[]): { readonly root: string | null; readonly files: readonly AssetFile[] } {
  const first = files[0]?.path.split("/")[0] ?? "";
  const common = first !== "" && files.every((file) => file.path.startsWith(`${first}/`));
  return common ? { root: first, files: files.map((file) => ({ ...file, path: file.path.slice(first.length + 1) })) } : { root: null, files };
}
