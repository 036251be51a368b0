import { z } from "zod";
import { corsMethods, modelErrorWays, pinPlaces, stickyKinds } from "./types";

// Texts of these go into entries of the proxy's tables: no colon, bar, space, semicolon or backslash, but for the colons of an origin, which is a key.

export const headerNamePattern = /^[a-z][a-z0-9-]{0,63}$/;
/** Cookies, and claims of tokens. */
export const plainNamePattern = /^[A-Za-z0-9_-]{1,64}$/;
export const originPattern = /^[a-z][a-z0-9+.-]*:\/\/([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$/;

export const mostOrigins = 50;
export const mostHeaders = 50;
/** No browser keeps a preflight's answer longer. */
export const longestMaxAgeSeconds = 86_400;

export const stickyRuleSchema = z
  .object({ by: z.enum(stickyKinds), name: z.string().regex(plainNamePattern, "1 to 64 letters, digits, - or _"), setCookie: z.boolean() })
  .readonly();

const headers = z.array(z.string().regex(headerNamePattern, "a header's name in lower case")).max(mostHeaders).readonly();

export const corsRulesSchema = z
  .object({
    origins: z
      .array(z.union([z.literal("*"), z.string().max(200).regex(originPattern, "an origin is scheme://host[:port]")]))
      .min(1)
      .max(mostOrigins)
      .readonly(),
    methods: z.array(z.enum(corsMethods)).min(1).max(corsMethods.length).readonly(),
    headers,
    exposedHeaders: headers,
    maxAgeSeconds: z.int().min(0).max(longestMaxAgeSeconds),
  })
  .readonly();

export const pinBySchema = z.array(z.enum(pinPlaces)).max(pinPlaces.length).readonly();

export const modelErrorsSchema = z.enum(modelErrorWays);

/** As a stored spec has them; what came later begins as off. */
export const routingOptionsSchema = z
  .object({
    sticky: stickyRuleSchema.nullable().default(null),
    cors: corsRulesSchema.nullable().default(null),
    pinBy: pinBySchema.default([]),
    modelErrors: modelErrorsSchema.default("mapped"),
    compression: z.boolean().default(false),
  })
  .readonly();
