import { randomBytes } from "node:crypto";

/** Prefixes of branded ids; one per aggregate, part of the public contract. */
export const idPrefixes = {
  workspace: "ws",
  user: "usr",
  membership: "mem",
  session: "ses",
  accessToken: "pat",
  signingKey: "sig",
  endpoint: "ep",
  endpointKey: "key",
  clientKey: "cky",
  endpointDomain: "dom",
  deployment: "dep",
  revision: "rev",
  instance: "ins",
  model: "mdl",
  modelVersion: "mdv",
  environment: "env",
  environmentVersion: "env",
  code: "cod",
  upload: "upl",
  build: "bld",
  baseRefresh: "brf",
  connection: "con",
  doctorRun: "doc",
  modelImport: "imp",
  host: "hst",
  gateway: "gw",
  operation: "op",
  event: "evt",
  audit: "aud",
  request: "req",
} as const;

export type IdKind = keyof typeof idPrefixes;

/**
 * A UUID version 7: 48 bits of Unix milliseconds, then randomness, so that ids sort by creation time.
 * `atMs` defaults to the wall clock.
 */
export function uuidV7(atMs: number = Date.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(atMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A new id such as `ep_0198…` (prefix, underscore, 32 hex digits, time-ordered). */
export function newId(kind: IdKind, atMs?: number): string {
  return `${idPrefixes[kind]}_${uuidV7(atMs).replaceAll("-", "")}`;
}
