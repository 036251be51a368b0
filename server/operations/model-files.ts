import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { FilePreviewDto, modelFileSchema } from "#server/contract/asset";
import type { downloadVersionSchema } from "#server/contract/params";
import { notFound } from "#server/domain/errors";
import { previewKindOf } from "#server/domain/model/preview";
import type { AssetFile } from "#server/domain/model/types";
import type { ModelVersionRow } from "#server/store/models";
import type { OperationContext } from "./context";
import { downloadOf, type Download } from "./download";
import { findModelVersion } from "./models";
import { readPart } from "./read-text";

/** As much of a text as a person reads on a page. */
const previewBytes = 256 * 1024;
/** Larger images are downloaded instead of shown. */
const imageBytes = 4 * 1024 * 1024;

function requireFile(row: ModelVersionRow, path: string): AssetFile {
  const file = row.files.find((candidate) => candidate.path === path);
  if (file === undefined) throw notFound("model.file_not_found", `${row.name}:${row.version} has no file ${path.slice(0, 200)}.`);
  return file;
}

/** All files of a version as one archive, below the root that they have in the container. */
export async function downloadModel(context: OperationContext, input: z.output<typeof downloadVersionSchema>): Promise<Download> {
  requireVerb(context.actor, "asset.read");
  const row = await findModelVersion(context, input);
  const files = row.files.map((file) => ({ ...file, path: row.isFile ? file.path : `${row.rootName}/${file.path}` }));
  return downloadOf(context, { name: `${row.name}-${String(row.version)}`, format: input.format, modifiedMs: row.createdAt, files });
}

/** One file of a version as it is. */
export async function downloadModelFile(context: OperationContext, input: z.output<typeof modelFileSchema>): Promise<Download> {
  requireVerb(context.actor, "asset.read");
  const file = requireFile(await findModelVersion(context, input), input.path);
  const content = await context.artifacts.open(file.sha256);
  return { fileName: file.path.split("/").at(-1) ?? "file", contentType: "application/octet-stream", sizeBytes: file.sizeBytes, content };
}

/** The beginning of a text, or a small image whole; nothing of other files. */
export async function previewFile(context: OperationContext, file: AssetFile): Promise<FilePreviewDto> {
  const read = async (headBytes: number) => Buffer.from((await readPart(context, file, { headBytes, tailBytes: 0 })).head);
  const empty = { path: file.path, sizeBytes: file.sizeBytes, language: null, text: null, image: null, truncated: false };
  const kind = previewKindOf(file.path, await read(1024));
  if (kind.kind === "image" && file.sizeBytes <= imageBytes)
    return { ...empty, kind: "image", image: `data:${kind.mediaType};base64,${(await read(imageBytes)).toString("base64")}` };
  if (kind.kind !== "text") return { ...empty, kind: "binary", truncated: true };
  const head = await read(previewBytes);
  return { ...empty, kind: "text", language: kind.language, text: head.toString("utf8"), truncated: file.sizeBytes > head.length };
}

export async function previewModelFile(context: OperationContext, input: z.output<typeof modelFileSchema>): Promise<FilePreviewDto> {
  requireVerb(context.actor, "asset.read");
  return previewFile(context, requireFile(await findModelVersion(context, input), input.path));
}
