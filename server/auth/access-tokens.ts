import { createHash, randomBytes } from "node:crypto";

const prefix = "slp_";

/** A new personal access token and the hash that is stored; the token itself is shown once. */
export function generateAccessToken(): { readonly token: string; readonly hash: string } {
  const token = `${prefix}${randomBytes(32).toString("base64url")}`;
  return { token, hash: hashAccessToken(token) };
}

export const hashAccessToken = (token: string): string => createHash("sha256").update(token).digest("hex");
export const isAccessToken = (value: string): boolean => value.startsWith(prefix);
