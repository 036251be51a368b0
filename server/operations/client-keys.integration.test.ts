import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashEndpointKey } from "#server/auth/keys";
import { createClientKeySchema } from "#server/contract/client-key";
import { clientKeyPrefix } from "#server/domain/endpoint/client-key";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildEndpoint } from "#server/testing/builders";
import { codeOf } from "#server/testing/code-of";
import { createClientKey, getClientKey, listClientKeys, revokeClientKey, rotateClientKey, updateClientKey } from "./client-keys";
import type { OperationContext } from "./context";

let world: ApiWorld;
let me: OperationContext;
let endpoint: string;
let endpointId: string;

beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("contributor");
  const row = await buildEndpoint(world.database.store, world.workspaceId);
  endpoint = row.name;
  endpointId = row.id;
});
afterAll(() => world.close());

const input = (name: string, rules: Readonly<Record<string, unknown>> = {}) => createClientKeySchema.parse({ endpoint, name, ...rules });
const stored = async (name: string) => world.database.store.clientKeys.findByName(endpointId, name);

/** Everything that the database holds, as text. */
async function dump(): Promise<string> {
  const { sql } = world.database.store;
  const tables = await sql.query<{ name: string }>("SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'");
  const texts = await Promise.all(tables.map(async ({ name }) => JSON.stringify(await sql.query(`SELECT to_jsonb(t) AS row FROM ${name} t`))));
  return texts.join("\n");
}

describe("making a client key", () => {
  it("tells the secret once and keeps its hash, in no table anything more; with hint and audit entry", async () => {
    const { store } = world.database;
    const since = await store.changes.findNewestId();
    const { key, secret } = await createClientKey(me, input("batch", { ratePerSecond: 5, dailyQuota: 100, expiresAt: Date.UTC(2100, 0) }));
    expect(secret).toMatch(/^slk_[A-Za-z0-9_-]{43}$/);
    expect(key).toMatchObject({ name: "batch", state: "active", mayPin: false, ratePerSecond: 5, dailyQuota: 100, requestsToday: 0, lastUsedAt: null });
    expect(key.prefix).toBe(secret.slice(0, clientKeyPrefix.length + 4));
    expect(await stored("batch")).toMatchObject({ sha256: hashEndpointKey(secret), previous: null });
    expect((await store.changes.listAfter(since, 100)).map(({ kind, key: id }) => [kind, id])).toEqual([["traffic", endpointId]]);
    const all = await dump();
    expect(all).toContain(hashEndpointKey(secret));
    expect(all).not.toContain(secret);
    expect(all).toContain('"clientKey": "batch"'.replace(": ", ":"));
  });

  it("refuses names that are taken, also by a key that is revoked, and an expiry that is over", async () => {
    await createClientKey(me, input("taken"));
    expect(await codeOf(createClientKey(me, input("taken")))).toBe("client_key.name_taken");
    await revokeClientKey(me, { endpoint, name: "taken" });
    expect(await codeOf(createClientKey(me, input("taken")))).toBe("client_key.name_taken");
    expect(await codeOf(createClientKey(me, input("late", { expiresAt: 1 })))).toBe("client_key.expired_already");
  });

  it.each([{ name: "Primary" }, { name: "primary" }, { name: "a:b" }, { name: "ok", ratePerSecond: 0 }, { name: "ok", dailyQuota: 1.5 }])(
    "does not take %j",
    (body) => {
      expect(createClientKeySchema.safeParse({ endpoint, ...body }).success).toBe(false);
    },
  );

  it("gives one of two that ask for a name at once", async () => {
    const outcomes = await Promise.all([codeOf(createClientKey(me, input("raced"))), codeOf(createClientKey(world.beside(me), input("raced")))]);
    expect(outcomes.sort()).toEqual(["client_key.name_taken", "ok"]);
  });
});

describe("a client key's life", () => {
  it("takes new rules, and keeps those that are not named", async () => {
    await createClientKey(me, input("ruled", { ratePerSecond: 5, mayPin: true }));
    expect(await updateClientKey(me, { endpoint, name: "ruled", dailyQuota: 7 })).toMatchObject({ ratePerSecond: 5, dailyQuota: 7, mayPin: true });
    expect(await updateClientKey(me, { endpoint, name: "ruled", ratePerSecond: null, mayPin: false })).toMatchObject({
      ratePerSecond: null,
      dailyQuota: 7,
      mayPin: false,
    });
  });

  it("rotates: the new secret is another, the one before goes on for the overlap, an older one ends", async () => {
    const first = await createClientKey(me, input("rotated"));
    const second = await rotateClientKey(me, { endpoint, name: "rotated", overlapSeconds: 3600 });
    expect(second.secret).not.toBe(first.secret);
    expect(second.key.previousUntil).toBe((second.key.rotatedAt ?? 0) + 3_600_000);
    expect(await stored("rotated")).toMatchObject({ sha256: hashEndpointKey(second.secret), previous: { sha256: hashEndpointKey(first.secret) } });
    const third = await rotateClientKey(me, { endpoint, name: "rotated", overlapSeconds: 0 });
    expect(await stored("rotated")).toMatchObject({ sha256: hashEndpointKey(third.secret), previous: { sha256: hashEndpointKey(second.secret) } });
    expect(third.key.previousUntil).toBeNull();
  });

  it("ends with revoking, for good", async () => {
    await createClientKey(me, input("ended"));
    await rotateClientKey(me, { endpoint, name: "ended", overlapSeconds: 3600 });
    expect(await revokeClientKey(me, { endpoint, name: "ended" })).toMatchObject({ state: "revoked", previousUntil: null });
    expect(await codeOf(revokeClientKey(me, { endpoint, name: "ended" }))).toBe("client_key.revoked");
    expect(await codeOf(rotateClientKey(me, { endpoint, name: "ended", overlapSeconds: 0 }))).toBe("client_key.revoked");
    expect(await codeOf(updateClientKey(me, { endpoint, name: "ended", mayPin: true }))).toBe("client_key.revoked");
    expect(await codeOf(getClientKey(me, { endpoint, name: "never" }))).toBe("client_key.not_found");
  });

  it("is seen by readers, newest first, and changed by contributors only", async () => {
    const reader = await world.as("reader");
    const names = (await listClientKeys(reader, { endpoint })).items.map(({ name }) => name);
    expect(names).toContain("ended");
    expect(names.indexOf("ended")).toBeLessThan(names.indexOf("batch"));
    const refused = "auth.role_insufficient";
    expect(await codeOf(createClientKey(reader, input("theirs")))).toBe(refused);
    expect(await codeOf(revokeClientKey(reader, { endpoint, name: "batch" }))).toBe(refused);
    expect(await codeOf(rotateClientKey(reader, { endpoint, name: "batch", overlapSeconds: 0 }))).toBe(refused);
    expect(await codeOf(updateClientKey(reader, { endpoint, name: "batch", mayPin: true }))).toBe(refused);
  });
});
