import { z } from "zod";
import { corsDefaults, corsMethods, modelErrorWays, pinPlaces, stickyKinds } from "#server/domain/routing-options/types";
import { generationSchema } from "./common";

const texts = z.array(z.string().max(300)).max(200);

export const stickySchema = z.object({ by: z.enum(stickyKinds), name: z.string().max(200), setCookie: z.boolean().default(false) });

export const corsSchema = z.object({
  origins: texts,
  methods: z
    .array(z.enum(corsMethods))
    .max(20)
    .default([...corsDefaults.methods]),
  headers: texts.default([...corsDefaults.headers]),
  exposedHeaders: texts.default([...corsDefaults.exposedHeaders]),
  maxAgeSeconds: z.number().int().default(corsDefaults.maxAgeSeconds),
});

const pinBy = z.array(z.enum(pinPlaces));

export const routingOptionsDtoSchema = z.object({
  sticky: stickySchema.nullable(),
  cors: corsSchema.nullable(),
  pinBy,
  modelErrors: z.enum(modelErrorWays),
  compression: z.boolean(),
});

export const updateRoutingSchema = z.object({
  endpoint: z.string(),
  generation: generationSchema,
  /** Null switches it off; left out, it stays. */
  sticky: stickySchema.nullable().optional(),
  cors: corsSchema.nullable().optional(),
  /** The empty list switches it off; left out, it stays. */
  pinBy: pinBy.max(10).optional(),
  /** `unchanged`: a model's own errors keep its status; `mapped`: they are 424. Left out, it stays. */
  modelErrors: z.enum(modelErrorWays).optional(),
  /** Answers are compressed for callers that take it; left out, it stays. */
  compression: z.boolean().optional(),
});
