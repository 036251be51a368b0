import { z } from "zod";
import { archiveFormats } from "#server/domain/asset/archive";
import { createEnvironmentVersionSchema } from "./asset";
import { timestampSchema } from "./common";
import { logPositionSchema } from "./monitoring";

/** Parameters of paths and queries that no DTO carries. Names and ids are opaque here; whether they exist is the operation's question. */
const name = z.string().min(1).max(255);

export const emptySchema = z.object({});
export const idSchema = z.object({ id: name });
export const endpointRefSchema = z.object({ endpoint: name });
export const trafficHistorySchema = z.object({ endpoint: name, limit: z.number().int().min(1).max(200).optional() });
export const nameVersionSchema = z.object({ name, version: z.coerce.number().int().positive().max(2_147_483_647) });
export const downloadVersionSchema = nameVersionSchema.extend({ format: z.enum(archiveFormats).default("tar") });
export const downloadCodeSchema = idSchema.extend({ format: z.enum(archiveFormats).default("tar") });
/** A deployment as a folder; `model=false` leaves the model's files out. */
export const projectSchema = z.object({
  endpoint: name,
  deployment: name,
  model: z.enum(["true", "false"]).default("true"),
  format: z.enum(archiveFormats).default("zip"),
});
export const assetVersionsSchema = z.object({ name, archived: z.enum(["true", "false"]).default("false") });
/** Lists leave out what was made for one deployment, unless asked. */
export const assetListSchema = z.object({ anonymous: z.enum(["true", "false"]).default("false") });
export const buildRefSchema = z.object({ buildId: name });
/** A log of one thing that has an id: a build, a run of the doctor. */
export const logOfSchema = z.object({ id: name, ...logPositionSchema.shape });
export const activityQuerySchema = z.object({
  endpoint: name.optional(),
  before: timestampSchema.optional(),
  limit: z.number().int().min(1).max(200).optional(),
});
export const requestsQuerySchema = z.object({
  endpoint: name,
  deployment: name.optional(),
  status: z.enum(["any", "ok", "failed"]).optional(),
  /** Who called: `primary`, `secondary` or a client key's name. */
  key: z.string().min(1).max(128).optional(),
  limit: z.number().int().min(1).max(1000).optional(),
});
export const requestRefSchema = z.object({ endpoint: name, id: name });
export const checkEnvironmentSchema = createEnvironmentVersionSchema.pick({
  image: true,
  condaFile: true,
  requirements: true,
  dockerfile: true,
  buildArgs: true,
  condaSolver: true,
  container: true,
});
