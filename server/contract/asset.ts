import { z } from "zod";
import { assetKinds, labelPattern, type AssetKind } from "#server/domain/asset/reference";
import { rollPolicies } from "#server/domain/environment/base-refresh";
import { buildStepStates } from "#server/domain/environment/build-steps";
import { condaSolvers } from "#server/domain/environment/types";
import { routingPathSchema } from "#server/domain/routing/schema";
import { tagsSchema, timestampSchema } from "./common";

export const assetNameSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "Start with a letter or digit; use letters, digits, dashes, dots and underscores.");

export const assetFileSchema = z.object({ path: z.string(), sha256: z.string(), sizeBytes: z.number() });

export const modelTypeSchema = z.enum(["custom_model", "mlflow_model", "triton_model"]);

/** 8 MiB: large enough to be quick, small enough that a broken line loses little. */
export const uploadChunkBytes = 8 * 1024 * 1024;

export const startUploadSchema = z.object({ fileName: z.string().min(1).max(1024), sizeBytes: z.number().int().nonnegative() });
export const uploadSchema = z.object({
  id: z.string(),
  fileName: z.string(),
  sizeBytes: z.number(),
  chunkBytes: z.number().int(),
  receivedChunks: z.array(z.number().int()),
  state: z.enum(["Open", "Completed", "Aborted"]),
  sha256: z.string().nullable(),
});
export type UploadDto = z.infer<typeof uploadSchema>;

/** Completed uploads that make up an asset; an archive is unpacked when `unpack` is set. */
export const assetContentSchema = z.object({
  /** Last path component of what was chosen, kept in the container. */
  rootName: z.string().min(1).max(255),
  isFile: z.boolean().default(false),
  uploads: z
    .array(z.object({ uploadId: z.string(), path: z.string().min(1).max(1024) }))
    .min(1)
    .max(10_000),
  unpack: z.boolean().default(false),
});

const descriptionSchema = z.string().max(2000);
/** What people note of a version of any kind; properties are what produced it wrote down, such as metrics: shown and compared, never interpreted. */
export const newMetadataShape = { description: descriptionSchema.default(""), tags: tagsSchema.default({}), properties: tagsSchema.default({}) };
const metadataShape = { description: z.string(), tags: tagsSchema, properties: tagsSchema };

export const createModelVersionSchema = z.object({
  name: assetNameSchema,
  type: modelTypeSchema.optional(),
  ...newMetadataShape,
  content: assetContentSchema,
});

const labelsSchema = z.array(z.string());
export const assetVersionSchema = z.object({
  kind: z.enum(assetKinds),
  name: assetNameSchema,
  version: z.coerce.number().int().positive().max(2_147_483_647),
});
/** Tags and properties are replaced as a whole; what is left out stays as it is. */
export const updateAssetSchema = assetVersionSchema.extend({
  description: descriptionSchema.optional(),
  tags: tagsSchema.optional(),
  properties: tagsSchema.optional(),
});
export const compareAssetsSchema = assetVersionSchema
  .omit({ version: true })
  .extend({ from: assetVersionSchema.shape.version, to: assetVersionSchema.shape.version });
/** All versions of one name. */
export const assetSchema = assetVersionSchema.omit({ version: true });
/** As paths say it: the kind is the path's own, whatever the caller sends, and paths of code call its name as they call its id. */
export const atPath = <S extends z.ZodType>(kind: AssetKind, schema: S) =>
  z.preprocess(
    (input) => (typeof input === "object" && input !== null ? { ...input, ...(kind === "code" && "id" in input ? { name: input.id } : {}), kind } : input),
    schema,
  );
export const assetLabelSchema = assetVersionSchema.extend({
  label: z.string().regex(labelPattern, "Start with a letter; use at most 64 letters, digits, dashes, dots and underscores."),
});

/** Live deployments made of an asset, and those that an earlier revision was made of and the newest is not. */
const lineageShape = {
  usedBy: z.array(z.object({ endpoint: z.string(), deployment: z.string() })),
  usedBefore: z.array(z.object({ endpoint: z.string(), deployment: z.string(), generation: z.number().int() })),
};

export const modelVersionSchema = z.object({
  id: z.string(),
  name: z.string(),
  version: z.number().int(),
  type: modelTypeSchema,
  rootName: z.string(),
  isFile: z.boolean(),
  files: z.array(assetFileSchema),
  digest: z.string(),
  sizeBytes: z.number(),
  ...metadataShape,
  /** Without `latest`, which the newest version always is. */
  labels: labelsSchema,
  archivedAt: timestampSchema.nullable(),
  createdBy: z.string(),
  createdAt: timestampSchema,
  ...lineageShape,
});
export type ModelVersionDto = z.infer<typeof modelVersionSchema>;

export const codeFileSchema = z.object({ id: z.string().min(1).max(255), path: z.string().min(1).max(1024) });

export const modelFileSchema = z.object({
  name: z.string().min(1).max(255),
  version: z.coerce.number().int().positive().max(2_147_483_647),
  path: z.string().min(1).max(1024),
});

/** As much of a file as a page shows. */
export interface FilePreviewDto {
  readonly path: string;
  readonly sizeBytes: number;
  readonly kind: "text" | "image" | "binary";
  readonly language: "json" | "yaml" | "python" | "text" | null;
  readonly text: string | null;
  /** A `data:` address. */
  readonly image: string | null;
  /** There is more than what is shown. */
  readonly truncated: boolean;
}

/** Found again by its content, in no list unless asked for, and swept when nothing uses it any more. */
const anonymousSchema = z.boolean().default(false);

export const createCodeSchema = z.object({ name: assetNameSchema, anonymous: anonymousSchema, ...newMetadataShape, content: assetContentSchema });

export const codeSchema = z.object({
  id: z.string(),
  name: z.string(),
  version: z.number().int(),
  rootName: z.string(),
  files: z.array(assetFileSchema),
  sizeBytes: z.number(),
  /** Python files that define both `init` and `run`. */
  scoringScripts: z.array(z.string()),
  ...metadataShape,
  labels: labelsSchema,
  anonymous: z.boolean(),
  archivedAt: timestampSchema.nullable(),
  createdBy: z.string(),
  createdAt: timestampSchema,
  ...lineageShape,
});
export type CodeDto = z.infer<typeof codeSchema>;

const routeSchema = z.object({ path: routingPathSchema, port: z.number().int().min(1).max(65_535) });
export const inferenceConfigSchema = z.object({
  liveness: routeSchema,
  readiness: routeSchema,
  scoring: routeSchema,
  /** Further paths on the scoring port that callers may use. */
  scoringRoutes: z.array(routingPathSchema).max(20).readonly().default([]),
  /** Everything at and below it, on the scoring port, passes as it is; `/` for the whole server. */
  pathPrefix: routingPathSchema.nullable().default(null),
  /** The scoring port takes HTTP/2 without TLS (prior knowledge): everything reaches it that way, gRPC included. */
  http2: z.boolean().default(false),
});

/** How the container is run; what is left out stays the platform's way. */
export const containerSettingsSchema = z.object({
  /** Program and arguments in place of the image's command. */
  command: z.array(z.string().max(8192)).readonly().nullable().default(null),
  /** `uid` or `uid:gid` in numbers, not root. */
  user: z.string().max(64).nullable().default(null),
  /** Size of `/dev/shm`, as part of the instance's memory. */
  sharedMemoryMib: z.number().nullable().default(null),
});

export const createEnvironmentVersionSchema = z.object({
  name: assetNameSchema,
  anonymous: anonymousSchema,
  ...newMetadataShape,
  image: z.string().max(512).nullable().default(null),
  condaFile: z.string().max(200_000).nullable().default(null),
  requirements: z.string().max(200_000).nullable().default(null),
  /** Text of a Dockerfile; left out, the context's own file of that name is taken. */
  dockerfile: z.string().max(200_000).nullable().default(null),
  /** `name:version` or id of a code asset whose files are the build context. */
  contextCode: z.string().max(512).nullable().default(null),
  buildArgs: z.record(z.string().max(128), z.string().max(4096)).default({}),
  condaSolver: z.enum(condaSolvers).default("auto"),
  inferenceConfig: inferenceConfigSchema.nullable().default(null),
  container: containerSettingsSchema.nullable().default(null),
  /** Build the image at once instead of with the first deployment. */
  build: z.boolean().default(false),
});

/** What environments can be made of on this installation, for forms. */
export interface EnvironmentOptionsDto {
  /** Minor versions of Python with a base of the platform's, the usual one first. */
  readonly pythons: readonly string[];
  /** Whether conda itself can solve; else its packages are mapped to the Python index. */
  readonly conda: boolean;
}

/** What an environment comes to before it is registered. */
export interface EnvironmentCheckDto {
  readonly solver: "conda" | "pip" | null;
  readonly python: string | null;
  readonly warning: string | null;
  readonly lines: readonly string[];
  readonly notes: readonly { readonly line: number | null; readonly message: string }[];
  readonly problems: readonly { readonly path: string; readonly line: number | null; readonly message: string; readonly remedy: string }[];
}

export const imageBuildSchema = z.object({
  id: z.string(),
  state: z.enum(["Queued", "Building", "Succeeded", "Failed", "Canceled"]),
  /** Counts the images of one environment. */
  revision: z.number().int(),
  /** Why this image was made beside the ones before; empty for the first. */
  cause: z.string(),
  attempt: z.number().int(),
  /** Somebody asked that it end, and it has not yet. */
  cancelling: z.boolean(),
  /** 1 for the next in turn; null unless it waits. */
  queuePosition: z.number().int().nullable(),
  imageRef: z.string().nullable(),
  imageDigest: z.string().nullable(),
  /** Images that it stands on, as they were. */
  bases: z.array(z.object({ reference: z.string(), digest: z.string() })),
  steps: z.array(
    z.object({
      title: z.string(),
      state: z.enum(buildStepStates),
      cached: z.boolean(),
      startedAt: timestampSchema,
      finishedAt: timestampSchema.nullable(),
    }),
  ),
  sizeBytes: z.number().nullable(),
  /** What is installed in the image, as `/builds/{id}/sbom` has it; null until it was listed. */
  sbom: z.object({ packageCount: z.number().int(), createdAt: timestampSchema }).nullable(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  hint: z.string().nullable(),
  /** The log's lines that show why it failed. */
  failureLines: z.array(z.string()),
  createdAt: timestampSchema,
  startedAt: timestampSchema.nullable(),
  finishedAt: timestampSchema.nullable(),
});
export type ImageBuildDto = z.infer<typeof imageBuildSchema>;

/** The platform's base images brought up to date, by somebody's wish or because it was time. */
export interface BaseRefreshDto {
  readonly id: string;
  readonly state: "Queued" | "Building" | "Succeeded" | "Failed";
  /** Null when its time had come. */
  readonly requestedBy: string | null;
  /** Names of the bases in which something was new: `platform`, `platform-inference`. */
  readonly changed: readonly string[];
  readonly reason: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

export const updateEnvironmentSchema = z.object({ name: z.string().min(1).max(255), rollPolicy: z.enum(rollPolicies) });

/** One entry of the build queue. */
export interface BuildInQueueDto {
  readonly environment: { readonly name: string; readonly version: number };
  readonly build: ImageBuildDto;
}

export const environmentVersionSchema = z.object({
  id: z.string(),
  name: z.string(),
  version: z.number().int(),
  ...metadataShape,
  image: z.string().nullable(),
  condaFile: z.string().nullable(),
  requirements: z.string().nullable(),
  dockerfile: z.string().nullable(),
  context: z.object({ id: z.string(), name: z.string(), version: z.number().int() }).nullable(),
  buildArgs: z.record(z.string(), z.string()),
  condaSolver: z.enum(condaSolvers),
  inferenceConfig: inferenceConfigSchema.nullable(),
  container: containerSettingsSchema.nullable(),
  contentHash: z.string(),
  labels: labelsSchema,
  archivedAt: timestampSchema.nullable(),
  anonymous: z.boolean(),
  /** Comes with the product; nobody can add versions to it. */
  curated: z.boolean(),
  /** Of the whole environment: whether deployments move to a newer image by themselves. */
  rollPolicy: z.enum(rollPolicies),
  /** Deployments of this version that run an older image than the newest. */
  behind: z.array(z.object({ endpoint: z.string(), deployment: z.string() })),
  build: imageBuildSchema.nullable(),
  createdBy: z.string(),
  createdAt: timestampSchema,
  ...lineageShape,
});
export type EnvironmentVersionDto = z.infer<typeof environmentVersionSchema>;

/** A version of any kind. */
export type AssetVersionDto = ModelVersionDto | EnvironmentVersionDto | CodeDto;
