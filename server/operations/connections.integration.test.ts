import { afterAll, beforeAll, expect, it } from "vitest";
import { createConnectionSchema } from "#server/contract/connection";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildWorkspace } from "#server/testing/builders";
import { codeOf } from "#server/testing/code-of";
import { checkConnection, createConnection, deleteConnection, getConnection, listConnections, updateConnection } from "./connections";
import type { OperationContext } from "./context";

let world: ApiWorld;
let me: OperationContext;
beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("contributor");
});
afterAll(() => world.close());

const password = "correct horse battery staple";
const input = (over: Readonly<Record<string, unknown>> = {}) =>
  createConnectionSchema.parse({
    name: "team-registry",
    kind: "container_registry",
    address: "https://Registry.Example/team/",
    username: "puller",
    password,
    ...over,
  });

it("keeps a registry's credentials sealed, and shows and notes everything but the password", async () => {
  const made = await createConnection(me, input());
  expect(made).toMatchObject({ name: "team-registry", address: "registry.example/team", username: "puller", state: "Unchecked", message: null });
  const { store } = world.database;
  const sealed = (await store.connections.findSealed(made.id)) ?? new Uint8Array();
  expect(Buffer.from(sealed).includes(password)).toBe(false);
  expect(world.runtime.vault.unseal(sealed, made.id)).toBe(JSON.stringify({ password }));
  const shown = [await listConnections(me), await getConnection(me, { id: made.id }), await checkConnection(me, { id: made.id })];
  const noted = await store.audit.list({ workspaceId: world.workspaceId, limit: 50 });
  expect(noted.some((entry) => entry.action === "connection.write" && entry.targetName === "team-registry")).toBe(true);
  expect(JSON.stringify([made, shown, noted])).not.toContain(password);
});

it("has one name once, and an address that can be one", async () => {
  expect(await codeOf(createConnection(me, input()))).toBe("connection.name_taken");
  expect(await codeOf(createConnection(me, input({ name: "other", address: "user:secret@host" })))).toBe("connection.address_invalid");
});

it("never sends a password to an address that it was not given for", async () => {
  const { id } = await createConnection(me, input({ name: "moving" }));
  expect(await codeOf(updateConnection(me, { id, address: "elsewhere.example" }))).toBe("connection.password_needed");
  expect(await updateConnection(me, { id, username: "other" })).toMatchObject({ address: "registry.example/team", username: "other" });
  expect(await updateConnection(me, { id, address: "elsewhere.example", password: "new" })).toMatchObject({ address: "elsewhere.example", username: "other" });
  const sealed = (await world.database.store.connections.findSealed(id)) ?? new Uint8Array();
  expect(world.runtime.vault.unseal(sealed, id)).toBe(JSON.stringify({ password: "new" }));
});

it("belongs to its workspace, and is forgotten whole", async () => {
  const { id } = await createConnection(me, input({ name: "short-lived" }));
  const elsewhere = await world.as("owner", (await buildWorkspace(world.database.store)).id);
  for (const attempt of [getConnection, checkConnection, deleteConnection]) expect(await codeOf(attempt(elsewhere, { id }))).toBe("connection.not_found");
  expect(await codeOf(updateConnection(elsewhere, { id, password: "x" }))).toBe("connection.not_found");
  await deleteConnection(me, { id });
  expect(await world.database.store.connections.findSealed(id)).toBeNull();
  expect(await codeOf(getConnection(me, { id }))).toBe("connection.not_found");
});
