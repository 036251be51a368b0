import type { z } from "zod";

/** Refused fields by dotted path, first message each; empty when everything is well. */
export function fieldErrors(schema: z.ZodType, value: unknown): Readonly<Record<string, string>> {
  const outcome = schema.safeParse(value);
  if (outcome.success) return {};
  const errors: Record<string, string> = {};
  for (const issue of outcome.error.issues) errors[issue.path.join(".")] ??= issue.message;
  return errors;
}

/** The messages whose path is one of these fields or lies below one. */
export function errorsOf(errors: Readonly<Record<string, string>>, fields: readonly string[]): readonly string[] {
  return Object.entries(errors)
    .filter(([path]) => fields.some((field) => path === field || path.startsWith(`${field}.`)))
    .map(([, message]) => message);
}
