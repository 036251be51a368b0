import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Folders whose texts go into what is made for a model without code. */
export const scaffoldFolders = ["scaffold", "serving", "torch", "triton"] as const;

/** Texts of the named folders below `root`/images, by their path there, such as `scaffold/sklearn_score.py`. */
export function readProductTexts(root: string, folders: readonly string[]): ReadonlyMap<string, string> {
  const images = path.join(root, "images");
  return new Map(
    folders.flatMap((folder) =>
      readdirSync(path.join(images, folder), { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => [`${folder}/${entry.name}`, readFileSync(path.join(images, folder, entry.name), "utf8")] as const),
    ),
  );
}
