import { z } from "zod";
import { mostClientKeys, mostDailyRequests, mostRequestsPerSecond } from "../endpoint/client-key";
import { domainNamePattern, mostDomains } from "../endpoint/domain-name";
import { limitRanges, type LimitName } from "../endpoint/limits";
import { authModes } from "../endpoint/types";
import { permissionClaims, tokenAlgorithms } from "../token/types";
import { corsRulesSchema, modelErrorsSchema, pinBySchema, stickyRuleSchema } from "../routing-options/schema";
import { finestStep, isOnStep } from "../traffic/tenths";

/** A share in percent of the finest split. */
const weight = z
  .number()
  .min(0)
  .max(100)
  .refine((percent) => isOnStep(percent, finestStep), "a weight has steps of 0.1 percent");

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "an id is 1 to 64 letters, digits, - or _");

/** Lower-case letters, digits and single dashes, starting with a letter: safe as a path segment and as a key in the proxy's tables. */
export const routingNamePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const name = z
  .string()
  .min(3, "a name has 3 to 32 characters")
  .max(32, "a name has 3 to 32 characters")
  .regex(routingNamePattern, "lower-case letters, digits and single dashes");

const address = z.union([z.ipv4(), z.ipv6()], "an IPv4 or IPv6 address");
const port = z.int().min(1).max(65_535);

/**
 * A path that a gateway can route; also what environments may declare. No space, semicolon or backslash, since paths go over the proxy's
 * command line; a colon is how some servers name a method of a model.
 */
export const routingPathSchema = z
  .string()
  .max(256)
  .regex(/^\/[A-Za-z0-9._~:/-]*$/, "an absolute path of letters, digits and . _ ~ : / -")
  .refine((text) => !/(^|\/)\.{1,2}(\/|$)|\/\//.test(text), "a path without empty, `.` or `..` segments");

export const routingInstanceSchema = z.object({ id, address, port, mode: z.enum(["serve", "drain"]), http2: z.boolean().default(false) }).readonly();

export const routingDeploymentSchema = z
  .object({
    id,
    name,
    requestTimeoutMs: z.int().min(1).max(3_600_000),
    queueTimeoutMs: z.int().min(1).max(3_600_000),
    maxConcurrentRequestsPerInstance: z.int().min(1).max(10_000),
    maxBodyBytes: z
      .int()
      .min(1)
      .max(2 ** 31 - 1),
    scoringPath: routingPathSchema,
    // Revisions that a gateway kept from before these existed have none of them.
    scoringRoutes: z.array(routingPathSchema).max(20).readonly().default([]),
    pathPrefix: routingPathSchema.nullable().default(null),
    http2: z.boolean().default(false),
    keepAlive: z.boolean().default(false),
    slowStartSeconds: z.int().min(0).max(900).default(0),
    instances: z.array(routingInstanceSchema).max(500).readonly(),
  })
  .readonly();

const moment = z.int().min(0).max(253_402_300_799_999);
const requests = z.int().min(1).max(mostRequestsPerSecond);

export const routingGrantSchema = z
  .object({
    id,
    notAfter: moment.nullable(),
    blockedUntil: moment.nullable(),
    rate: z.object({ perSecond: requests, here: requests }).readonly().nullable(),
    dailyQuota: z.int().min(1).max(mostDailyRequests).nullable(),
    mayPin: z.boolean(),
  })
  .readonly();

export const routingKeySchema = z
  .object({
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits"),
    // No colon: what follows one in the proxy's table is the grant.
    name: z.string().regex(/^[A-Za-z0-9._@-]{1,128}$/, "1 to 128 letters, digits and . _ @ -"),
    // Revisions that a gateway kept from before this existed have none.
    grant: routingGrantSchema.nullable().default(null),
  })
  .readonly();

/** Public keys of one issuer at most: two or three are usual, while a key set is rotated. */
export const mostTokenKeys = 16;
const claimText = z.string().min(1).max(512);

export const routingTrustSchema = z
  .object({
    issuer: claimText,
    audience: claimText,
    keys: z
      .array(
        z
          .object({
            kid: z.string().min(1).max(256),
            alg: z.enum(tokenAlgorithms),
            spki: z
              .string()
              .max(4096)
              .regex(/^[A-Za-z0-9+/]{40,}={0,2}$/, "base64 of a public key"),
          })
          .readonly(),
      )
      .max(mostTokenKeys)
      .readonly(),
    permission: z
      .object({ claim: z.enum(permissionClaims), value: z.string().min(1).max(256) })
      .readonly()
      .nullable(),
    until: moment.nullable(),
  })
  .readonly();

/** Shadows of one endpoint at most: each costs every mirrored call a draw and a copy. */
export const mostShadows = 4;

export const routingMirrorSchema = z
  .object({
    shares: z
      .record(
        z.string(),
        z
          .number()
          .min(0.0001, "a mirrored share is 0.0001 to 100 percent")
          .max(100)
          .refine((percent) => Math.abs(percent * 10_000 - Math.round(percent * 10_000)) < 1e-6, "a mirrored share has steps of 0.0001 percent"),
      )
      .refine((shares) => Object.keys(shares).length <= mostShadows, `at most ${String(mostShadows)} shadows`)
      .readonly(),
    tolerance: z.number().min(0).max(1),
  })
  .readonly();

const limit = (name: LimitName) => z.int().min(limitRanges[name].least).max(limitRanges[name].most).nullable();
/** A part of a small limit may be less than the least that people may wish. */
const part = (name: LimitName) => z.int().min(1).max(limitRanges[name].most).nullable();

const routingLimitsSchema = z
  .object({
    requestsPerSecond: limit("requestsPerSecond"),
    connections: limit("connections"),
    newConnectionsPerSecond: limit("newConnectionsPerSecond"),
    bandwidthBytesPerSecond: limit("bandwidthBytesPerSecond"),
    bodyBytes: limit("bodyBytes"),
    uriBytes: limit("uriBytes"),
    headerBytes: limit("headerBytes"),
    slowCallerMs: limit("slowCallerMs"),
    idleStreamMs: limit("idleStreamMs"),
    here: z
      .object({
        requestsPerSecond: part("requestsPerSecond"),
        connections: part("connections"),
        newConnectionsPerSecond: part("newConnectionsPerSecond"),
        bandwidthBytesPerSecond: part("bandwidthBytesPerSecond"),
      })
      .readonly(),
  })
  .readonly();

/** Slots of the finest split. */
const mostSlots = 1000;

export const routingStickySchema = stickyRuleSchema
  .unwrap()
  .extend({
    slots: z
      .array(z.object({ deployment: name, count: z.int().min(1).max(mostSlots) }).readonly())
      .max(mostSlots)
      .readonly(),
  })
  .readonly();

export const routingEndpointSchema = z
  .object({
    id,
    name,
    authMode: z.enum(authModes),
    // Two of the endpoint's own, and two secrets of each client key.
    keys: z
      .array(routingKeySchema)
      .max(2 + 2 * mostClientKeys)
      .readonly(),
    // Revisions that a gateway kept from before tokens have neither.
    keysUntil: moment.nullable().default(null),
    trusts: z.array(routingTrustSchema).max(4).readonly().default([]),
    deployments: z.array(routingDeploymentSchema).max(30, "at most 30 deployments in one endpoint").readonly(),
    weights: z.record(z.string(), weight).readonly(),
    // Revisions that a gateway kept from before this existed have none.
    mirror: routingMirrorSchema.nullable().default(null),
    // Nor limits.
    limits: routingLimitsSchema.nullable().default(null),
    sticky: routingStickySchema.nullable().default(null),
    cors: corsRulesSchema.nullable().default(null),
    pinBy: pinBySchema.default([]),
    modelErrors: modelErrorsSchema.default("mapped"),
    compression: z.boolean().default(false),
    domains: z
      .array(
        z
          .object({
            name: z.string().regex(domainNamePattern, "a host name in lower case"),
            sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits"),
          })
          .readonly(),
      )
      .max(mostDomains)
      .readonly()
      .default([]),
  })
  .readonly();

/** The shape of a routing revision; `validateRevision` adds the rules that span fields. */
export const routingRevisionSchema = z
  .object({ revision: z.int().min(0), createdAt: z.int().min(0), endpoints: z.array(routingEndpointSchema).max(10_000).readonly() })
  .readonly();
