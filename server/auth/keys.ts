import { createHash, randomBytes } from "node:crypto";
import { clientKeyPrefix } from "#server/domain/endpoint/client-key";

/** A new endpoint key: 256 random bits as 43 letters, digits, dashes and underscores. */
export const generateEndpointKey = (): string => randomBytes(32).toString("base64url");

/** A new secret of a named client key; shown once, kept as a hash. */
export const generateClientKey = (): string => `${clientKeyPrefix}${generateEndpointKey()}`;

/** Lower-case hex SHA-256: all that gateways get. Keys are random and long, so a plain hash cannot be guessed back. */
export const hashEndpointKey = (key: string): string => createHash("sha256").update(key).digest("hex");

/** Whether a key that a person chose looks random enough: at least 32 characters, enough different ones, no long run. */
export function looksRandom(key: string): boolean {
  return key.length >= 32 && new Set(key).size >= 12 && !/(.)\1{4,}/.test(key) && /^[\x21-\x7e]+$/.test(key);
}
