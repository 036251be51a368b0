import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { Page } from "#server/contract/common";
import type { ConnectionDto, createConnectionSchema, updateConnectionSchema } from "#server/contract/connection";
import type { ConnectionKind } from "#server/domain/connection/types";
import { isRegistryAddress } from "#server/domain/connection/registry-match";
import { normalRegistry } from "#server/domain/environment/image-reference";
import { conflict, invalidInput, notFound } from "#server/domain/errors";
import { isUniqueViolation } from "#server/store/client";
import type { ConnectionRow } from "#server/store/connections";
import type { StoreSession } from "#server/store/store";
import { writeAudit } from "./audit";
import type { OperationContext } from "./context";
import { namesOf, wholePage } from "./usage";

async function toDtos(context: OperationContext, rows: readonly ConnectionRow[]): Promise<ConnectionDto[]> {
  const nameOf = await namesOf(
    context,
    rows.map((row) => row.createdBy),
  );
  return rows.map((row) => {
    const checked = row.observedGeneration >= row.generation;
    return {
      id: row.id,
      name: row.name,
      kind: row.kind,
      address: row.address,
      username: row.properties["username"] ?? "",
      region: row.properties["region"] ?? null,
      state: checked ? row.state : "Unchecked",
      message: checked ? row.message : null,
      checkedAt: row.checkedAt,
      createdBy: nameOf(row.createdBy),
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    };
  });
}

async function find(context: OperationContext, id: string): Promise<ConnectionRow> {
  const row = await context.store.connections.findById(id);
  if (row?.workspaceId !== context.actor.workspaceId) throw notFound("connection.not_found", "There is no such connection.");
  return row;
}

async function one(context: OperationContext, id: string): Promise<ConnectionDto> {
  const [dto] = await toDtos(context, [await find(context, id)]);
  if (dto === undefined) throw notFound("connection.not_found", "There is no such connection.");
  return dto;
}

const seal = (context: OperationContext, id: string, password: string): Uint8Array<ArrayBuffer> => context.vault.seal(JSON.stringify({ password }), id);

function requireStorageAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" && url.search === "") return url.href.replace(/\/$/, "");
  throw invalidInput("connection.address_invalid", `${address.slice(0, 100)} is not the address of S3-compatible storage.`, [
    { path: "address", message: "is not an http(s) address", remedy: "Write it as https://s3.example.com, without keys." },
  ]);
}

/** What is no secret, by kind. */
const propertiesOf = (kind: ConnectionKind, username: string, region: string): Readonly<Record<string, string>> =>
  kind === "s3" ? { username, region } : { username };

function requireAddress(kind: ConnectionKind, address: string): string {
  if (kind === "s3") return requireStorageAddress(address);
  if (isRegistryAddress(address)) return normalRegistry(address);
  throw invalidInput("connection.address_invalid", `${address.slice(0, 100)} is not the address of a registry.`, [
    {
      path: "address",
      message: "is not a registry's address",
      remedy: "Write its host, such as registry.example.com or registry.example.com/team, without user name.",
    },
  ]);
}

/** Notes the change without any secret, and has the control plane try the connection. */
async function record(
  context: OperationContext,
  session: StoreSession,
  row: Pick<ConnectionRow, "id" | "name">,
  after: Readonly<Record<string, unknown>>,
): Promise<void> {
  await session.changes.append("connection", row.id);
  await writeAudit(context, session, { action: "connection.write", targetType: "connection", targetId: row.id, targetName: row.name, after });
}

export async function listConnections(context: OperationContext): Promise<Page<ConnectionDto>> {
  requireVerb(context.actor, "connection.read");
  return wholePage(await toDtos(context, await context.store.connections.listByWorkspace(context.actor.workspaceId)));
}

export async function getConnection(context: OperationContext, input: { readonly id: string }): Promise<ConnectionDto> {
  requireVerb(context.actor, "connection.read");
  return one(context, input.id);
}

/** Keeps credentials for a registry or for storage; the password is sealed and never shown again. */
export async function createConnection(context: OperationContext, input: z.output<typeof createConnectionSchema>): Promise<ConnectionDto> {
  requireVerb(context.actor, "connection.write");
  const { workspaceId, userId } = context.actor;
  const address = requireAddress(input.kind, input.address);
  const id = context.newId("connection");
  const { name, kind, username } = input;
  const row = {
    id,
    workspaceId,
    name,
    kind,
    address,
    properties: propertiesOf(kind, username, input.region),
    createdBy: userId,
    createdAt: context.clock.now(),
    sealed: seal(context, id, input.password),
  };
  const write = async (session: StoreSession) => {
    await session.connections.insert(row);
    await record(context, session, row, { kind, address, username });
  };
  await context.store.transaction(write).catch((error: unknown) => {
    throw isUniqueViolation(error) ? conflict("connection.name_taken", `There is a connection ${name}.`, [{ path: "name", message: "is taken" }]) : error;
  });
  return one(context, id);
}

/** Changes address, user name or password. A new address needs the password again. */
export async function updateConnection(context: OperationContext, input: z.output<typeof updateConnectionSchema>): Promise<ConnectionDto> {
  requireVerb(context.actor, "connection.write");
  const before = await find(context, input.id);
  const address = input.address === undefined ? before.address : requireAddress(before.kind, input.address);
  if (address !== before.address && input.password === undefined)
    throw invalidInput("connection.password_needed", "A connection to another address needs its password again.", [
      { path: "password", message: "is missing", remedy: "Enter the password for the new address." },
    ]);
  const username = input.username ?? before.properties["username"] ?? "";
  const properties = propertiesOf(before.kind, username, input.region ?? before.properties["region"] ?? "us-east-1");
  const sealed = input.password === undefined ? undefined : seal(context, before.id, input.password);
  await context.store.transaction(async (session) => {
    if ((await session.connections.change(before.id, { address, properties, sealed })) === null)
      throw notFound("connection.not_found", "There is no such connection.");
    await record(context, session, before, { address, username, passwordChanged: sealed !== undefined });
  });
  return one(context, before.id);
}

/** Signs in again with what is there. */
export async function checkConnection(context: OperationContext, input: { readonly id: string }): Promise<ConnectionDto> {
  requireVerb(context.actor, "connection.write");
  const row = await find(context, input.id);
  await context.store.transaction(async (session) => {
    await session.connections.requestCheck(row.id);
    await session.changes.append("connection", row.id);
  });
  return one(context, row.id);
}

/** Forgets the credentials. Images that are on the host stay usable. */
export async function deleteConnection(context: OperationContext, input: { readonly id: string }): Promise<ConnectionDto> {
  requireVerb(context.actor, "connection.write");
  const dto = await one(context, input.id);
  await context.store.transaction(async (session) => {
    await session.connections.remove(dto.id);
    await record(context, session, dto, { deleted: true });
  });
  return dto;
}
