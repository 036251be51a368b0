import { createPublicKey, type JsonWebKey } from "node:crypto";
import { Agent, request } from "undici";
import { z } from "zod";
import type { ProviderKeys } from "#server/domain/token/provider";
import type { TokenAlgorithm } from "#server/domain/token/types";
import type { AddressGuard } from "../model-import/guard";

/** The provider's documents could not be read, or are not what they should be; the message is for people. */
export class ProviderFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ProviderFailure";
  }
}

const timeoutMs = 10_000;
const mostBytes = 512 * 1024;
/** As many as a routing revision carries of one issuer. */
const mostKeys = 16;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keySchema = z.looseObject({
  kid: z.string().min(1).max(256),
  kty: z.string(),
  use: z.string().optional(),
  alg: z.string().optional(),
  crv: z.string().optional(),
});
const keySetSchema = z.object({ keys: z.array(z.unknown()) });

async function fetchJson(agent: Agent, address: string, guard: AddressGuard): Promise<unknown> {
  const url = new URL(address);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw new ProviderFailure(`${address} is no http or https address.`);
  guard.requireHost(url.hostname);
  const answer = await request(url, { dispatcher: agent, headers: { accept: "application/json" }, signal: AbortSignal.timeout(timeoutMs) });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body as AsyncIterable<Uint8Array>) {
    size += part.byteLength;
    if (size > mostBytes) throw new ProviderFailure(`${address} answers with more than 512 KiB.`);
    parts.push(part);
  }
  if (answer.statusCode !== 200) throw new ProviderFailure(`${address} answers with status ${String(answer.statusCode)}.`);
  return JSON.parse(Buffer.concat(parts).toString("utf8"));
}

/** A key that verifies by an algorithm that gateways know; null for others, such as those for encryption. */
function usable(candidate: unknown): ProviderKeys["keys"][number] | null {
  const parsed = keySchema.safeParse(candidate);
  if (!parsed.success || (parsed.data.use ?? "sig") !== "sig") return null;
  const { kid, kty, crv, alg } = parsed.data;
  const own: TokenAlgorithm | null = kty === "RSA" ? "RS256" : kty === "EC" && crv === "P-256" ? "ES256" : null;
  if (own === null || (alg ?? own) !== own) return null;
  try {
    return {
      kid,
      alg: own,
      spki: createPublicKey({ key: { ...parsed.data } as JsonWebKey, format: "jwk" })
        .export({ type: "spki", format: "der" })
        .toString("base64"),
    };
  } catch {
    return null;
  }
}

function failureOf(error: unknown, issuer: string): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new ProviderFailure(`${issuer} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
}

/** Reads the provider's discovery document and the key set that it names; no redirect is followed. Rejects with `ProviderFailure`. */
export async function fetchProviderKeys(issuer: string, guard: AddressGuard): Promise<ProviderKeys["keys"]> {
  const agent = new Agent({ connect: { lookup: guard.lookup, timeout: timeoutMs } });
  try {
    const discovery = discoverySchema.safeParse(await fetchJson(agent, `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, guard));
    if (!discovery.success) throw new ProviderFailure(`${issuer} has no discovery document that names a key set.`);
    if (discovery.data.issuer !== issuer) throw new ProviderFailure(`The provider calls itself ${discovery.data.issuer.slice(0, 200)}, not ${issuer}.`);
    const keySet = keySetSchema.safeParse(await fetchJson(agent, discovery.data.jwks_uri, guard));
    const keys = keySet.success ? keySet.data.keys.flatMap((key) => usable(key) ?? []) : [];
    if (keys.length === 0) throw new ProviderFailure("The provider's key set holds no key with an id for RS256 or ES256.");
    return keys.slice(0, mostKeys);
  } catch (error) {
    throw failureOf(error, issuer);
  } finally {
    await agent.destroy();
  }
}
