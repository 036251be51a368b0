import { z } from "zod";
import { importStates } from "#server/domain/import/types";
import { assetNameSchema, modelTypeSchema, newMetadataShape } from "./asset";
import { timestampSchema } from "./common";

const httpAddressSchema = z
  .url({ protocol: /^https?$/, error: "Use an http:// or https:// address." })
  .max(4096)
  // The address is shown to everybody who may read models.
  .refine(
    (text) => !URL.canParse(text) || (new URL(text).username === "" && new URL(text).password === ""),
    "Leave user name and password out of the address.",
  );

const importSourceSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("http"), url: httpAddressSchema }),
  /** `connection` is the name or id of one of kind `s3`; a key that ends with a slash, or none, is a folder. */
  z.object({ kind: z.literal("s3"), connection: z.string().min(1).max(255), bucket: z.string().min(1).max(255), key: z.string().max(1024).default("") }),
  z.object({ kind: z.literal("path"), path: z.string().min(1).max(4096).regex(/^\//, "Write an absolute path.") }),
]);

export const startImportSchema = z.object({
  name: assetNameSchema,
  type: modelTypeSchema.optional(),
  ...newMetadataShape,
  source: importSourceSchema,
  /** A zip, tar or tar.gz becomes the folder in it. */
  unpack: z.boolean().default(false),
  /** What a single file that is not unpacked must have. */
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, "A SHA-256 has 64 hexadecimal digits.")
    .nullable()
    .default(null),
});

export const modelImportSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Where it comes from, in one line; addresses without their query, which may hold a signature. */
  source: z.string(),
  state: z.enum(importStates),
  /** Somebody asked that it end, and it has not yet. */
  cancelling: z.boolean(),
  doneBytes: z.number(),
  /** Null where the source does not tell. */
  totalBytes: z.number().nullable(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  hint: z.string().nullable(),
  /** The version that came of it. */
  version: z.number().int().nullable(),
  createdBy: z.string(),
  createdAt: timestampSchema,
  finishedAt: timestampSchema.nullable(),
});
export type ModelImportDto = z.infer<typeof modelImportSchema>;

/** What the form may offer. */
export interface ImportOptionsDto {
  readonly paths: readonly string[];
  readonly connections: readonly { readonly id: string; readonly name: string; readonly address: string }[];
}
