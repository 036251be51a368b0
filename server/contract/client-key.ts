import {
  clientKeyNamePattern,
  clientKeyStates,
  longestOverlapMs,
  mostDailyRequests,
  mostRequestsPerSecond,
  reservedKeyNames,
} from "#server/domain/endpoint/client-key";
import { z } from "zod";
import { personSchema, timestampSchema } from "./common";

const name = z
  .string()
  .max(64, "A name has at most 64 characters.")
  .regex(clientKeyNamePattern, "Lower-case letters, digits and . _ @ -; a letter or digit at both ends.")
  .refine((text) => !reservedKeyNames.includes(text), "primary and secondary are the endpoint's own two keys.");

const rules = {
  mayPin: z.boolean(),
  expiresAt: timestampSchema.nullable(),
  ratePerSecond: z.number().int().min(1).max(mostRequestsPerSecond).nullable(),
  dailyQuota: z.number().int().min(1).max(mostDailyRequests).nullable(),
};

export const createClientKeySchema = z.object({
  endpoint: z.string(),
  name,
  mayPin: rules.mayPin.default(false),
  expiresAt: rules.expiresAt.default(null),
  ratePerSecond: rules.ratePerSecond.default(null),
  dailyQuota: rules.dailyQuota.default(null),
});

export const clientKeyRefSchema = z.object({ endpoint: z.string(), name: z.string().min(1).max(64) });

/** What is left out stays as it is. */
export const updateClientKeySchema = clientKeyRefSchema.extend({
  mayPin: rules.mayPin.optional(),
  expiresAt: rules.expiresAt.optional(),
  ratePerSecond: rules.ratePerSecond.optional(),
  dailyQuota: rules.dailyQuota.optional(),
});

/** The secret before goes on for so many seconds; 0 ends it at once. */
export const rotateClientKeySchema = clientKeyRefSchema.extend({
  overlapSeconds: z
    .number()
    .int()
    .min(0)
    .max(longestOverlapMs / 1000)
    .default(24 * 3600),
});

export const clientKeySchema = z.object({
  name: z.string(),
  /** First characters of the secret, which is not kept itself. */
  prefix: z.string(),
  state: z.enum(clientKeyStates),
  ...rules,
  requestsToday: z.number().int(),
  requestsTotal: z.number().int(),
  lastUsedAt: timestampSchema.nullable(),
  createdBy: personSchema,
  createdAt: timestampSchema,
  rotatedAt: timestampSchema.nullable(),
  /** Until when the secret before the last rotation is good; null when there is none any more. */
  previousUntil: timestampSchema.nullable(),
  revokedAt: timestampSchema.nullable(),
});
export type ClientKeyDto = z.infer<typeof clientKeySchema>;

/** The only time that the secret is told. */
export interface ClientKeySecretDto {
  readonly key: ClientKeyDto;
  readonly secret: string;
}
