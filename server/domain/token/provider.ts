import { z } from "zod";
import { permissionClaims, tokenAlgorithms } from "./types";

/** The OpenID Connect provider whose tokens a workspace's endpoints can accept, and what such a token must say. */
export interface CallerProvider {
  /** As in its tokens' `iss` and in its discovery document, to the letter. */
  readonly issuer: string;
  readonly audience: string;
  readonly permission: { readonly claim: (typeof permissionClaims)[number]; readonly value: string } | null;
}

/** What was last read of a provider. Keys outlive failures: a provider that is away changes nothing for those that are known. */
export interface ProviderKeys {
  readonly issuer: string;
  readonly keys: readonly { readonly kid: string; readonly alg: (typeof tokenAlgorithms)[number]; readonly spki: string }[];
  /** Unix milliseconds of the last time that the keys were read; null before the first. */
  readonly readAt: number | null;
  /** Why the last try failed; null when it did not. */
  readonly failure: string | null;
}

/** Under which names a workspace's settings keep the two. */
export const providerSetting = "callers.provider";
export const providerKeysSetting = "callers.provider-keys";

const providerColumn: z.ZodType<CallerProvider> = z.object({
  issuer: z.string(),
  audience: z.string(),
  permission: z.object({ claim: z.enum(permissionClaims), value: z.string() }).nullable(),
});
const keysColumn: z.ZodType<ProviderKeys> = z.object({
  issuer: z.string(),
  keys: z.array(z.object({ kid: z.string(), alg: z.enum(tokenAlgorithms), spki: z.string() })),
  readAt: z.number().nullable(),
  failure: z.string().nullable(),
});

/** A setting's value as what it means; null for none. */
export const readProvider = (value: unknown): CallerProvider | null => providerColumn.nullable().parse(value);

/** What is known of exactly this provider's keys. */
export function readProviderKeys(value: unknown, { issuer }: Pick<CallerProvider, "issuer">): ProviderKeys {
  const known = keysColumn.nullable().parse(value);
  return known?.issuer === issuer ? known : { issuer, keys: [], readAt: null, failure: null };
}
