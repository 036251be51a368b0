import { z } from "zod";

/** Unix milliseconds, up to the end of the year 9999: later moments are beyond what databases and dates agree on. */
export const timestampSchema = z.number().int().nonnegative().max(253_402_300_799_999);

/** Number of a spec's version, as the database counts it. */
export const generationSchema = z.number().int().positive().max(2_147_483_647);

export const tagsSchema = z.record(z.string().min(1).max(256), z.string().max(256));

export const fieldErrorSchema = z.object({ path: z.string(), message: z.string(), remedy: z.string().optional() });

/** Body of every failed management call; `kind` decides the status. */
export const problemSchema = z.object({
  error: z.object({
    kind: z.string(),
    code: z.string(),
    message: z.string(),
    fields: z.array(fieldErrorSchema),
    requestId: z.string(),
    retryAfterMs: z.number().optional(),
  }),
});
export type Problem = z.infer<typeof problemSchema>;

/** What an action answers: expected failures are values. */
export type ActionResult<T> = { readonly ok: true; readonly data: T } | { readonly ok: false; readonly error: Problem["error"] };
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export const conditionSchema = z.object({
  type: z.string(),
  status: z.enum(["True", "False", "Unknown"]),
  reason: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  lastTransitionAt: timestampSchema,
  observedGeneration: z.number().int(),
});

export const provisioningStateSchema = z.enum(["Creating", "Updating", "Deleting", "Succeeded", "Failed", "Canceled"]);

export const personSchema = z.object({ id: z.string(), name: z.string() });
