import { z } from "zod";
import { err, ok, type Result } from "#server/kernel/result";
import { invalidInput, type FieldError, type SluiceError } from "../errors";
import { judgeRoutingOptions } from "./rules";
import { corsDefaults, corsMethods, modelErrorWays, noRoutingOptions, pinPlaces, stickyKinds, type RoutingOptions } from "./types";

const texts = z.array(z.string());

const stickyFile = z
  .strictObject({ by: z.enum(stickyKinds), name: z.string(), set_cookie: z.boolean().default(false) })
  .transform(({ set_cookie: setCookie, ...rule }) => ({ ...rule, setCookie }));

const corsFile = z
  .strictObject({
    origins: texts,
    methods: z.array(z.enum(corsMethods)).default([...corsDefaults.methods]),
    headers: texts.default([...corsDefaults.headers]),
    exposed_headers: texts.default([...corsDefaults.exposedHeaders]),
    max_age_seconds: z.number().default(corsDefaults.maxAgeSeconds),
  })
  .transform(({ exposed_headers: exposedHeaders, max_age_seconds: maxAgeSeconds, ...rules }) => ({ ...rules, exposedHeaders, maxAgeSeconds }));

const fileSchema = z.strictObject({
  sticky: stickyFile.nullable().optional(),
  cors: corsFile.nullable().optional(),
  pin_by: z.array(z.enum(pinPlaces)).optional(),
  model_errors: z.enum(modelErrorWays).optional(),
  compression: z.boolean().optional(),
});

/** As other fields of YAML are written: `cors.max_age_seconds`. */
const written = (path: string): string => path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Where callers go as fields of a file; null and the empty list where a setting is off, so that a file of them sets all. */
export const routingFile = ({ sticky, cors, pinBy, modelErrors, compression }: RoutingOptions): object => ({
  sticky: sticky === null ? null : { by: sticky.by, name: sticky.name, set_cookie: sticky.setCookie },
  cors:
    cors === null
      ? null
      : { origins: cors.origins, methods: cors.methods, headers: cors.headers, exposed_headers: cors.exposedHeaders, max_age_seconds: cors.maxAgeSeconds },
  pin_by: pinBy,
  model_errors: modelErrors,
  compression,
});

const fieldsRemedy =
  "The fields are sticky (by, name, set_cookie), cors (origins, methods, headers, exposed_headers, max_age_seconds), pin_by, model_errors and compression.";

const refused = (fields: readonly FieldError[]) =>
  err(invalidInput("routing.invalid", `The routing was refused: ${fields.map(({ path, message }) => `${path}: ${message}`).join("; ")}.`, fields));

/** The settings that a file names, in their normal form, or every refused field by the file's own names with reason and remedy. */
export function readRoutingFile(value: unknown): Result<Partial<RoutingOptions>, SluiceError> {
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    return refused(parsed.error.issues.map(({ path, message }) => ({ path: path.join(".") || "the file", message, remedy: fieldsRemedy })));
  }
  const { sticky, cors, pin_by: pinBy, model_errors: modelErrors, compression } = parsed.data;
  const judged = judgeRoutingOptions({ ...noRoutingOptions, sticky: sticky ?? null, cors: cors ?? null, pinBy: pinBy ?? noRoutingOptions.pinBy });
  if (!judged.ok) return refused(judged.error.fields.map((field) => ({ ...field, path: written(field.path) })));
  return ok({
    ...(sticky === undefined ? {} : { sticky: judged.data.sticky }),
    ...(cors === undefined ? {} : { cors: judged.data.cors }),
    ...(pinBy === undefined ? {} : { pinBy: judged.data.pinBy }),
    ...(modelErrors === undefined ? {} : { modelErrors }),
    ...(compression === undefined ? {} : { compression }),
  });
}
