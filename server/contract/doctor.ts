import { z } from "zod";
import { doctorCheckNames, doctorPhases, sampleSources, units, verdicts } from "#server/domain/doctor/types";
import { generationSchema, personSchema, timestampSchema } from "./common";
import { createDeploymentSchema, deploymentRefSchema } from "./deployment";

/** What is sent to the container in place of what can be found or made. */
const sampleSchema = z.object({ body: z.string().max(1_000_000), contentType: z.string().min(1).max(200).default("application/json") });

/** A deployment that need not exist, as `createDeployment` takes it. */
export const startDoctorRunSchema = createDeploymentSchema.extend({ sample: sampleSchema.nullable().default(null) });

/** A revision of a deployment; the newest unless one is named. */
export const examineDeploymentSchema = deploymentRefSchema.extend({
  revision: generationSchema.nullable().default(null),
  sample: sampleSchema.nullable().default(null),
});

export const doctorRunListSchema = z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) });

/** One request to the container that is kept for trying it, not through the gateway. */
export const tryScoreSchema = z.object({
  id: z.string().min(1).max(255),
  body: z.string().max(10_000_000),
  contentType: z.string().min(1).max(200).default("application/json"),
});

export const doctorCheckSchema = z.object({
  name: z.enum(doctorCheckNames),
  /** Null while it is not known. */
  verdict: z.enum(verdicts).nullable(),
  message: z.string(),
  fix: z.string().nullable(),
  measurements: z.array(z.object({ name: z.string(), value: z.number(), unit: z.enum(units) })),
  lines: z.array(z.string()),
});

export const doctorRunSchema = z.object({
  id: z.string(),
  endpoint: z.string(),
  deployment: z.string(),
  state: z.enum(["Queued", "Running", "Finished", "Canceled"]),
  cancelling: z.boolean(),
  phase: z.enum(doctorPhases),
  /** The worst of all checks; null until the run has finished. */
  verdict: z.enum(verdicts).nullable(),
  checks: z.array(doctorCheckSchema),
  sample: z.object({ source: z.enum(sampleSources), contentType: z.string(), body: z.string() }).nullable(),
  /** The end of the container's log; all of it is at `/doctor-runs/{id}/log`. */
  lines: z.array(z.string()),
  console: z.object({ state: z.enum(["None", "Starting", "Open", "Ended"]), until: timestampSchema.nullable(), message: z.string().nullable() }),
  actor: personSchema,
  createdAt: timestampSchema,
  startedAt: timestampSchema.nullable(),
  finishedAt: timestampSchema.nullable(),
});
export type DoctorRunDto = z.infer<typeof doctorRunSchema>;
