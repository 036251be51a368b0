import { z } from "zod";
import { frameworks } from "#server/domain/scaffold/types";
import { inferenceConfigSchema } from "./asset";
import { nameVersionSchema } from "./params";

/** `framework` says what the model is where it should not be told from its files. */
export const scaffoldQuerySchema = nameVersionSchema.extend({ framework: z.enum(frameworks).optional() });

const generatedFileSchema = z.object({ path: z.string(), content: z.string() });
const signatureFieldSchema = z.object({ name: z.string(), type: z.string(), shape: z.array(z.number()).readonly().nullable(), required: z.boolean() });
const signatureSchema = z.object({
  kind: z.enum(["columns", "tensors"]),
  inputs: z.array(signatureFieldSchema).readonly(),
  outputs: z.array(signatureFieldSchema).readonly(),
  params: z.array(z.object({ name: z.string(), type: z.string(), default: z.unknown() })).readonly(),
});

/** What a model needs in order to be served, made from the model alone. Not recognised: all is null, and `problems` says why. */
export const scaffoldSchema = z.object({
  framework: z.enum(frameworks).nullable(),
  /** What was recognised, in a few words. */
  title: z.string(),
  modelFile: z.string().nullable(),
  /** Null also where the environment's image serves models by itself. */
  code: z.object({ rootName: z.string(), scoringScript: z.string(), files: z.array(generatedFileSchema).readonly() }).nullable(),
  environment: z
    .object({
      kind: z.enum(["conda", "requirements", "dockerfile"]),
      text: z.string(),
      /** What a Dockerfile copies. */
      files: z.array(generatedFileSchema).readonly(),
      inferenceConfig: inferenceConfigSchema.nullable(),
    })
    .nullable(),
  signature: signatureSchema.nullable(),
  sampleRequest: z.unknown(),
  notes: z.array(z.string()).readonly(),
  /** Deploying would fail. */
  problems: z.array(z.object({ message: z.string(), remedy: z.string() })).readonly(),
});
export type ScaffoldDto = z.infer<typeof scaffoldSchema>;
