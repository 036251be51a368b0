import type { z } from "zod";
import { generateClientKey, hashEndpointKey } from "#server/auth/keys";
import { requireVerb } from "#server/auth/policy";
import type {
  ClientKeyDto,
  ClientKeySecretDto,
  clientKeyRefSchema,
  createClientKeySchema,
  rotateClientKeySchema,
  updateClientKeySchema,
} from "#server/contract/client-key";
import type { Page } from "#server/contract/common";
import { clientKeyState, mostClientKeys, shownPrefixLength, usedToday, type ClientKeyRules } from "#server/domain/endpoint/client-key";
import { conflict, invalidInput, invalidState, notFound, SluiceError } from "#server/domain/errors";
import type { ClientKeyRow } from "#server/store/client-keys";
import type { EndpointRow } from "#server/store/endpoints";
import type { StoreSession } from "#server/store/store";
import type { OperationContext } from "./context";
import { requireKeyMode } from "./auth-mode";
import { findEndpoint, lockEndpoint } from "./find";
import { namesOf, wholePage } from "./usage";
import { recordWish } from "./wish";

async function toDtos(context: OperationContext, rows: readonly ClientKeyRow[]): Promise<ClientKeyDto[]> {
  const now = context.clock.now();
  const nameOf = await namesOf(
    context,
    rows.map((row) => row.createdBy),
  );
  return rows.map((row) => ({
    name: row.name,
    prefix: row.prefix,
    state: clientKeyState(row, row.use, now),
    mayPin: row.mayPin,
    expiresAt: row.expiresAt,
    ratePerSecond: row.ratePerSecond,
    dailyQuota: row.dailyQuota,
    requestsToday: usedToday(row.use, now),
    requestsTotal: row.use?.total ?? 0,
    lastUsedAt: row.use?.lastUsedAt ?? null,
    createdBy: { id: row.createdBy, name: nameOf(row.createdBy) },
    createdAt: row.createdAt,
    rotatedAt: row.rotatedAt,
    previousUntil: row.revokedAt === null && row.previous !== null && row.previous.until > now ? row.previous.until : null,
    revokedAt: row.revokedAt,
  }));
}

/** The endpoint's named keys, revoked ones too, newest first. Holds no secret, so whoever sees the endpoint may see it. */
export async function listClientKeys(context: OperationContext, input: { readonly endpoint: string }): Promise<Page<ClientKeyDto>> {
  requireVerb(context.actor, "endpoint.read");
  const endpoint = await findEndpoint(context, input.endpoint);
  return wholePage(await toDtos(context, await context.store.clientKeys.listByEndpoint(endpoint.id)));
}

async function findKey(session: StoreSession, endpoint: EndpointRow, name: string): Promise<ClientKeyRow> {
  const row = await session.clientKeys.findByName(endpoint.id, name);
  if (row === null) throw notFound("client_key.not_found", `${endpoint.name} has no client key ${name}.`);
  return row;
}

async function readKey(context: OperationContext, endpoint: EndpointRow, name: string): Promise<ClientKeyDto> {
  const [dto] = await toDtos(context, [await findKey(context.store, endpoint, name)]);
  if (dto === undefined) throw new Error("unreachable: one row makes one DTO");
  return dto;
}

export async function getClientKey(context: OperationContext, input: z.output<typeof clientKeyRefSchema>): Promise<ClientKeyDto> {
  requireVerb(context.actor, "endpoint.read");
  return readKey(context, await findEndpoint(context, input.endpoint), input.name);
}

/** Audit, hint to the traffic loop and operation of one change to a key. `after` is what the audit says of it; never the secret. */
function record(context: OperationContext, session: StoreSession, endpoint: EndpointRow, after: Readonly<Record<string, unknown>>): Promise<void> {
  const target = { targetType: "endpoint", targetId: endpoint.id, targetName: endpoint.name, endpointId: endpoint.id };
  return recordWish(context, session, { audit: { action: "endpoint.keys.write", ...target, after }, changes: [["traffic", endpoint.id]], generation: null });
}

function newSecret() {
  const secret = generateClientKey();
  return { secret, hidden: { prefix: secret.slice(0, shownPrefixLength), sha256: hashEndpointKey(secret) } };
}

function requireFuture(expiresAt: number | null | undefined, nowMs: number): void {
  if (expiresAt === null || expiresAt === undefined || expiresAt > nowMs) return;
  throw invalidInput("client_key.expired_already", "The key would have expired before it was made.", [
    { path: "expiresAt", message: "is in the past", remedy: "Choose a later time, or null for none." },
  ]);
}

/** Makes a named key; `secret` is told this once and kept as a hash only. */
export async function createClientKey(context: OperationContext, input: z.output<typeof createClientKeySchema>): Promise<ClientKeySecretDto> {
  requireVerb(context.actor, "endpoint.keys.write");
  const now = context.clock.now();
  requireFuture(input.expiresAt, now);
  const { secret, hidden } = newSecret();
  const { name, mayPin, expiresAt, ratePerSecond, dailyQuota } = input;
  const rules: ClientKeyRules = { mayPin, expiresAt, ratePerSecond, dailyQuota };
  const endpoint = await context.store.transaction(async (session) => {
    const row = await lockEndpoint(context, session, input.endpoint);
    requireKeyMode(row);
    if ((await session.clientKeys.findByName(row.id, name)) !== null)
      throw conflict("client_key.name_taken", `${row.name} has or had a key ${name}. Names are not used twice, so that rows of the past keep their meaning.`, [
        { path: "name", message: "is taken", remedy: "Choose another name." },
      ]);
    if ((await session.clientKeys.countInUse(row.id)) >= mostClientKeys)
      throw new SluiceError({ kind: "quota_exceeded", code: "client_key.too_many", message: `${row.name} has ${String(mostClientKeys)} client keys.` });
    const id = context.newId("clientKey");
    await session.clientKeys.insert({ id, endpointId: row.id, name, ...hidden, ...rules, createdBy: context.actor.userId, createdAt: now });
    await record(context, session, row, { clientKey: name, created: true, ...rules });
    return row;
  });
  return { key: await readKey(context, endpoint, name), secret };
}

/** The endpoint, locked, and a key of it that is not revoked. */
async function lockKey(context: OperationContext, session: StoreSession, reference: z.output<typeof clientKeyRefSchema>) {
  const endpoint = await lockEndpoint(context, session, reference.endpoint);
  const row = await findKey(session, endpoint, reference.name);
  if (row.revokedAt !== null) throw invalidState("client_key.revoked", `The key ${row.name} is revoked, which cannot be undone.`);
  return { endpoint, row };
}

/** Changes what a key may do; in force as soon as the gateways acknowledge. */
export async function updateClientKey(context: OperationContext, input: z.output<typeof updateClientKeySchema>): Promise<ClientKeyDto> {
  requireVerb(context.actor, "endpoint.keys.write");
  requireFuture(input.expiresAt, context.clock.now());
  const endpoint = await context.store.transaction(async (session) => {
    const locked = await lockKey(context, session, input);
    const { row } = locked;
    const rules: ClientKeyRules = {
      mayPin: input.mayPin ?? row.mayPin,
      expiresAt: input.expiresAt === undefined ? row.expiresAt : input.expiresAt,
      ratePerSecond: input.ratePerSecond === undefined ? row.ratePerSecond : input.ratePerSecond,
      dailyQuota: input.dailyQuota === undefined ? row.dailyQuota : input.dailyQuota,
    };
    await session.clientKeys.updateRules(row.id, rules);
    await record(context, session, locked.endpoint, { clientKey: row.name, ...rules });
    return locked.endpoint;
  });
  return readKey(context, endpoint, input.name);
}

/** Gives the key a new secret, told this once; the one before goes on for the overlap, an older one ends at once. */
export async function rotateClientKey(context: OperationContext, input: z.output<typeof rotateClientKeySchema>): Promise<ClientKeySecretDto> {
  requireVerb(context.actor, "endpoint.keys.write");
  const now = context.clock.now();
  const { secret, hidden } = newSecret();
  const endpoint = await context.store.transaction(async (session) => {
    const locked = await lockKey(context, session, input);
    const until = now + input.overlapSeconds * 1000;
    await session.clientKeys.rotate(locked.row, hidden, until, now);
    await record(context, session, locked.endpoint, { clientKey: locked.row.name, rotated: true, previousUntil: until });
    return locked.endpoint;
  });
  return { key: await readKey(context, endpoint, input.name), secret };
}

/** Ends the key and all its secrets; every connected gateway refuses them within a second. Its row and its name stay. */
export async function revokeClientKey(context: OperationContext, input: z.output<typeof clientKeyRefSchema>): Promise<ClientKeyDto> {
  requireVerb(context.actor, "endpoint.keys.write");
  const endpoint = await context.store.transaction(async (session) => {
    const locked = await lockKey(context, session, input);
    await session.clientKeys.revoke(locked.row.id, context.clock.now());
    await record(context, session, locked.endpoint, { clientKey: locked.row.name, revoked: true });
    return locked.endpoint;
  });
  return readKey(context, endpoint, input.name);
}
