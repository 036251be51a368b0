import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { roles } from "#server/domain/access/role";
import { verbs, isAtLeast } from "#server/auth/policy";
import { signInWithPassword } from "#server/auth/sign-in";
import { hashPassword } from "#server/auth/passwords";
import { ensureFirstAdmin, resetAdmin } from "#server/auth/first-admin";
import { problemSchema } from "#server/contract/common";
import { newId } from "#server/kernel/ids";
import type { OperationContext } from "#server/operations/context";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { signOutEverywhereAction } from "../actions/access";
import { createEndpointAction } from "../actions/endpoints";
import * as endpointsRoute from "../../app/api/v1/endpoints/route";
import * as meRoute from "../../app/api/v1/me/route";
import * as operationRoute from "../../app/api/v1/operations/[id]/route";
import * as tokensRoute from "../../app/api/v1/tokens/route";

let world: ApiWorld;
let owner: OperationContext;

beforeAll(async () => {
  world = await createApiWorld();
  owner = await world.as("owner");
});
afterAll(() => world.close());
beforeEach(() => world.browse(null));

const origin = "http://127.0.0.1:3000";
const route = { params: Promise.resolve({}) };
const call = (method: string, headers: Readonly<Record<string, string>> = {}, body?: unknown): Request =>
  new Request(`${origin}/api/v1/endpoints`, {
    method,
    headers: { host: "127.0.0.1:3000", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const bearer = async (context: OperationContext) => ({ authorization: `Bearer ${await world.tokenFor(context.actor)}` });
const codeOf = async (response: Response): Promise<string> => problemSchema.parse(await response.json()).error.code;

describe("roles", () => {
  it("rank each verb the same for every role: allowed from the least role on", () => {
    for (const least of Object.values(verbs)) expect(roles.filter((role) => isAtLeast(role, least))).toEqual(roles.slice(roles.indexOf(least)));
  });

  it("decide at the route: a reader reads and cannot create", async () => {
    const reader = await bearer(await world.as("reader"));
    expect((await endpointsRoute.GET(call("GET", reader), route)).status).toBe(200);
    const refused = await endpointsRoute.POST(call("POST", reader, { name: "by-reader" }), route);
    expect(refused.status).toBe(403);
    expect(await codeOf(refused)).toBe("auth.role_insufficient");
  });

  it("of a token never exceed those that its person still has", async () => {
    const context = await world.as("contributor");
    const token = await bearer(context);
    await world.database.store.users.putMembership(newId("membership"), world.workspaceId, context.actor.userId, "reader");
    expect((await endpointsRoute.POST(call("POST", token, { name: "demoted" }), route)).status).toBe(403);
  });
});

describe("callers", () => {
  it("without session or token get 401 in the shape of a problem, with a request id", async () => {
    const response = await endpointsRoute.GET(call("GET"), route);
    expect(response.status).toBe(401);
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await codeOf(response)).toBe("auth.session_missing");
    expect(await codeOf(await endpointsRoute.GET(call("GET", { authorization: "Bearer slp_nothing" }), route))).toBe("auth.token_invalid");
    await expect(createEndpointAction({ name: "nobody" })).resolves.toMatchObject({ ok: false, error: { code: "auth.session_missing" } });
  });

  it("with a session are in until it is revoked, expired or its person disabled", async () => {
    const context = await world.as("contributor");
    const signedIn = async () => (await meRoute.GET(call("GET"), route)).status;
    await world.browse(context.actor);
    expect(await signedIn()).toBe(200);
    await expect(signOutEverywhereAction({})).resolves.toMatchObject({ ok: true });
    expect(await signedIn()).toBe(401);

    await world.browse(context.actor);
    await world.database.store.users.updateDisabled(context.actor.userId, world.clock.now());
    expect(await signedIn()).toBe(401);
    await world.database.store.users.updateDisabled(context.actor.userId, null);
    expect(await signedIn()).toBe(200);
    const sessionId = await world.browse(context.actor);
    await world.database.store.sql.query("UPDATE session SET expires_at = $1 WHERE id = $2", [new Date(world.clock.now() - 1), sessionId]);
    expect(await signedIn()).toBe(401);
  });

  it("with a cookie may write only from the studio's own pages; a token needs no origin", async () => {
    const context = await world.as("contributor");
    await world.browse(context.actor);
    const write = async (name: string, headers: Readonly<Record<string, string>>) => (await endpointsRoute.POST(call("POST", headers, { name }), route)).status;
    expect(await write("no-origin", {})).toBe(403);
    expect(await write("other-origin", { origin: "https://evil.example" })).toBe(403);
    expect(await write("other-site", { origin, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await write("strange-origin", { origin: "null" })).toBe(403);
    expect(await write("same-origin", { origin, "sec-fetch-site": "same-origin" })).toBe(201);
    expect(await write("by-token", { ...(await bearer(context)), origin: "https://evil.example" })).toBe(201);
  });

  it("are slowed down after too many calls in a minute, and told when to come back", async () => {
    const context = await world.as("reader");
    const headers = await bearer(context);
    await world.database.store.sql.query("INSERT INTO rate_window (key, window_start, count) VALUES ($1, $2, 100000)", [
      `api:${context.actor.userId}`,
      new Date(Math.floor(world.clock.now() / 60_000) * 60_000),
    ]);
    const response = await endpointsRoute.GET(call("GET", headers), route);
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

describe("a wish", () => {
  it("tells the operation to poll, to a repeat of it too; reads tell none", async () => {
    const headers = { ...(await bearer(owner)), "idempotency-key": "polled" };
    const first = await endpointsRoute.POST(call("POST", headers, { name: "polled" }), route);
    const again = await endpointsRoute.POST(call("POST", headers, { name: "polled" }), route);
    const location = first.headers.get("azure-asyncoperation");
    expect(location).toMatch(/^\/api\/v1\/operations\/op_[^/]+$/);
    expect(again.headers.get("azure-asyncoperation")).toBe(location);
    const id = location?.split("/").at(-1) ?? "";
    const operation = await operationRoute.GET(call("GET", headers), { params: Promise.resolve({ id }) });
    expect(await operation.json()).toMatchObject({ id, status: "InProgress", kind: "endpoint.create" });
    expect(operation.headers.get("azure-asyncoperation")).toBeNull();
  });
});

describe("idempotency key", () => {
  it("gives the first answer again and refuses another body", async () => {
    const headers = { ...(await bearer(owner)), "idempotency-key": "once-1" };
    const first = await endpointsRoute.POST(call("POST", headers, { name: "made-once" }), route);
    const again = await endpointsRoute.POST(call("POST", headers, { name: "made-once" }), route);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(((await again.json()) as { id: string }).id).toBe(((await first.json()) as { id: string }).id);
    const other = await endpointsRoute.POST(call("POST", headers, { name: "made-twice" }), route);
    expect(other.status).toBe(409);
    expect(await codeOf(other)).toBe("api.idempotency_key_reused");
  });

  it("keeps no secret for repeats", async () => {
    const headers = { ...(await bearer(owner)), "idempotency-key": "once-3" };
    const first = (await (await tokensRoute.POST(call("POST", headers, { name: "told-once", role: "reader" }), route)).json()) as { secret: string };
    const again = await tokensRoute.POST(call("POST", headers, { name: "told-once", role: "reader" }), route);
    expect(first.secret.length).toBeGreaterThan(20);
    expect(await again.json()).toEqual({ ...first, secret: null });
  });

  it("is free again after a refusal", async () => {
    const headers = { ...(await bearer(owner)), "idempotency-key": "once-2" };
    expect((await endpointsRoute.POST(call("POST", headers, { name: "1-bad" }), route)).status).toBe(400);
    expect((await endpointsRoute.POST(call("POST", headers, { name: "good-after-bad" }), route)).status).toBe(201);
  });
});

describe("signing in", () => {
  it("takes the right password of an enabled account only, and says no more than that", async () => {
    const { store } = world.database;
    const context = await world.as("reader");
    await store.users.updatePassword(context.actor.userId, await hashPassword("correct horse battery"));
    const attempt = (password: string, email = context.actor.email) => signInWithPassword(store, { email, password, caller: "test" }, world.clock.now());
    expect(await attempt("wrong")).toBeNull();
    expect(await attempt("x", "nobody@example.com")).toBeNull();
    expect(await attempt("correct horse battery", context.actor.email.toUpperCase())).toMatchObject({ userId: context.actor.userId });
    await store.users.updateDisabled(context.actor.userId, world.clock.now());
    expect(await attempt("correct horse battery")).toBeNull();
  });

  it("stops guessing at one address after a few attempts, right password included, until time has passed", async () => {
    const { store } = world.database;
    const context = await world.as("reader");
    await store.users.updatePassword(context.actor.userId, await hashPassword("correct horse battery"));
    const attempt = (password: string, atMs = world.clock.now()) =>
      signInWithPassword(store, { email: context.actor.email, password, caller: "guesser" }, atMs);
    for (let count = 0; count < 10; count += 1) await attempt(`guess-${count}`);
    await expect(attempt("correct horse battery")).rejects.toMatchObject({ kind: "rate_limited" });
    expect(await attempt("correct horse battery", world.clock.now() + 11 * 60_000)).toMatchObject({ userId: context.actor.userId });
  });

  it("gives a new installation one owner, and a lost password a new one that ends all sessions", async () => {
    const { store } = world.database;
    expect((await ensureFirstAdmin(store, newId, "second@example.com", () => "unused")).password).toBeNull();
    const context = await world.as("owner");
    const sessionId = await world.browse(context.actor);
    const reset = await resetAdmin(store, newId, context.actor.email, world.clock.now());
    expect((await store.sessions.findById(sessionId ?? ""))?.revokedAt).not.toBeNull();
    expect(await signInWithPassword(store, { email: context.actor.email, password: reset.password ?? "", caller: "reset" }, world.clock.now())).not.toBeNull();
  });
});
