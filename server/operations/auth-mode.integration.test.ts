import { createPublicKey, verify } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GET as jwks } from "../../app/api/v1/jwks.json/route";
import { accepted } from "#server/control/traffic/callers";
import { requestEndpointTokenSchema } from "#server/contract/endpoint";
import { planSigningKeys, tokenLifetimeMs } from "#server/domain/token/signing-keys";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { codeOf } from "#server/testing/code-of";
import { createClientKey } from "./client-keys";
import type { OperationContext } from "./context";
import { createEndpoint } from "./create-endpoint";
import { getEndpointKeys, regenerateKey } from "./endpoint-keys";
import { getEndpointToken } from "./endpoint-token";
import { testScore } from "./test-score";
import { updateEndpoint } from "./update-endpoint";

let world: ApiWorld;
let me: OperationContext;

beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("contributor");
});
afterAll(() => world.close());

const made = (name: string, authMode: "key" | "aml_token" = "key") => createEndpoint(me, { name, description: "", authMode, tags: {} });
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
const headOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()) as Record<string, unknown>;

/** What the traffic loop would tell gateways of the endpoint. */
async function acceptedAt(name: string) {
  const row = await me.store.endpoints.findLiveByName(me.actor.workspaceId, name);
  if (row === null) throw new Error("the endpoint is there");
  return accepted(row, { signingKeys: await me.store.signingKeys.list(), providers: new Map() }, [{ sha256: "0".repeat(64), name: "primary", grant: null }]);
}

/** Whether a gateway would find the token's signature and claims right, judged by what it is told. */
function passes(token: string, trusts: Awaited<ReturnType<typeof acceptedAt>>["trusts"]): boolean {
  const [head = "", body = "", signature = ""] = token.split(".");
  return trusts.some(({ issuer, audience, keys }) => {
    const key = keys.find(({ kid }) => kid === headOf(token)["kid"]);
    if (key === undefined || claimsOf(token)["iss"] !== issuer || claimsOf(token)["aud"] !== audience) return false;
    const publicKey = createPublicKey({ key: Buffer.from(key.spki, "base64"), format: "der", type: "spki" });
    return verify("sha256", Buffer.from(`${head}.${body}`), { key: publicKey, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
  });
}

describe("an endpoint whose callers have tokens", () => {
  it("gets one about whoever asks that gateways accept there and nowhere else, with Azure's four members", async () => {
    const { id } = await made("tokens-one", "aml_token");
    await made("tokens-two", "aml_token");
    const token = await getEndpointToken(me, { endpoint: "tokens-one" });
    const now = Math.floor(world.clock.now() / 1000);
    expect(Object.keys(token).sort()).toEqual(["accessToken", "expiryTimeUtc", "refreshAfterTimeUtc", "tokenType"]);
    expect(token).toMatchObject({ tokenType: "Bearer", expiryTimeUtc: now + tokenLifetimeMs / 1000 });
    expect(token.refreshAfterTimeUtc).toBeLessThan(token.expiryTimeUtc);
    expect(claimsOf(token.accessToken)).toMatchObject({ aud: id, sub: me.actor.userId, exp: token.expiryTimeUtc });
    expect(headOf(token.accessToken)).toMatchObject({ alg: "ES256" });
    expect(passes(token.accessToken, (await acceptedAt("tokens-one")).trusts)).toBe(true);
    expect(passes(token.accessToken, (await acceptedAt("tokens-two")).trusts)).toBe(false);
  });

  it("gets one that is good for as long as is wished, as a page in a browser needs it", async () => {
    await made("tokens-short", "aml_token");
    const short = await getEndpointToken(me, { endpoint: "tokens-short", lifetimeSeconds: 300 });
    const now = Math.floor(world.clock.now() / 1000);
    expect(short).toMatchObject({ expiryTimeUtc: now + 300, refreshAfterTimeUtc: now + 150 });
    expect(claimsOf(short.accessToken)).toMatchObject({ exp: now + 300 });
    const taken = (wish: object) => requestEndpointTokenSchema.safeParse({ endpoint: "tokens-short", ...wish }).success;
    expect([59, 60, 43_200, 43_201, 90.5].map((lifetimeSeconds) => taken({ lifetimeSeconds }))).toEqual([false, true, true, false, false]);
    expect(["", "a", "Zoë “17” 🦀", "x".repeat(129), "a\nb"].map((caller) => taken({ caller }))).toEqual([false, true, true, false, false]);
  });

  it("gets one for somebody else's hands that names them and may choose no deployment, unless that is wished too", async () => {
    await made("tokens-given", "aml_token");
    const given = async (wish: object) => claimsOf((await getEndpointToken(me, { endpoint: "tokens-given", ...wish })).accessToken);
    expect(await given({ caller: 'visitor "17"' })).toMatchObject({ caller: 'visitor "17"', sub: me.actor.userId, sluice_pin: "no" });
    expect(await given({ lifetimeSeconds: 60 })).toMatchObject({ sluice_pin: "no" });
    for (const wish of [{}, { lifetimeSeconds: 60, caller: "a", mayPin: true }]) expect(await given(wish)).not.toHaveProperty("sluice_pin");
    expect(await given({ mayPin: false })).toMatchObject({ sluice_pin: "no" });
    expect(await given({})).not.toHaveProperty("caller");
  });

  it("offers no keys, and gateways get none; one with keys gives no tokens", async () => {
    await made("no-keys", "aml_token");
    await made("no-tokens");
    const key = { name: "app", mayPin: false, expiresAt: null, ratePerSecond: null, dailyQuota: null };
    expect(await codeOf(getEndpointKeys(me, { endpoint: "no-keys" }))).toBe("endpoint.keys_not_in_use");
    expect(await codeOf(regenerateKey(me, { endpoint: "no-keys", keyType: "primary" }))).toBe("endpoint.keys_not_in_use");
    expect(await codeOf(createClientKey(me, { endpoint: "no-keys", ...key }))).toBe("endpoint.keys_not_in_use");
    expect((await acceptedAt("no-keys")).keys).toEqual([]);
    expect(await codeOf(getEndpointToken(me, { endpoint: "no-tokens" }))).toBe("endpoint.tokens_not_issued");
  });

  it("is called by the test console with a token of its own", async () => {
    await made("console", "aml_token");
    let sent = "";
    const scorer = { ...me.scorer, score: (input: Parameters<typeof me.scorer.score>[0], key: string) => ((sent = key), me.scorer.score(input, key)) };
    await testScore({ ...me, scorer }, { endpoint: "console", deployment: null, body: "{}", contentType: "application/json" });
    expect(passes(sent, (await acceptedAt("console")).trusts)).toBe(true);
  });
});

describe("a change of the mode", () => {
  it("lets what counted before go on for an hour, or as long as it says, and forgets nothing of the keys", async () => {
    const { generation } = await made("changing");
    const keys = await getEndpointKeys(me, { endpoint: "changing" });
    const hour = world.clock.now() + 3_600_000;
    const changed = await updateEndpoint(me, { endpoint: "changing", generation, authMode: "aml_token" });
    expect(changed).toMatchObject({ authMode: "aml_token", authOverlap: { mode: "key", until: hour } });
    expect(await acceptedAt("changing")).toMatchObject({ authMode: "aml_token", keysUntil: hour, keys: [{ name: "primary" }], trusts: [{ until: null }] });
    const { accessToken } = await getEndpointToken(me, { endpoint: "changing" });
    const back = await updateEndpoint(me, { endpoint: "changing", generation: changed.generation, authMode: "key", authOverlapSeconds: 60 });
    const minute = world.clock.now() + 60_000;
    const both = await acceptedAt("changing");
    expect(both).toMatchObject({ authMode: "key", keysUntil: null, keys: [{ name: "primary" }], trusts: [{ until: minute }] });
    expect(passes(accessToken, both.trusts)).toBe(true);
    expect(await getEndpointKeys(me, { endpoint: "changing" })).toEqual(keys);
    const described = await updateEndpoint(me, { endpoint: "changing", generation: back.generation, description: "same mode", authMode: "key" });
    expect(described.authOverlap).toEqual({ mode: "aml_token", until: minute });
  });

  it("ends it at once when asked to", async () => {
    const { generation } = await made("at-once");
    expect(await updateEndpoint(me, { endpoint: "at-once", generation, authMode: "aml_token", authOverlapSeconds: 0 })).toMatchObject({ authOverlap: null });
    expect(await acceptedAt("at-once")).toMatchObject({ keysUntil: null, keys: [] });
  });
});

describe("the keys that sign", () => {
  it("are sealed where they are kept, and published without their private half, for everybody", async () => {
    await made("sealed", "aml_token");
    const rows = await world.database.store.sql.query("SELECT encode(private_sealed, 'escape') AS kept, public_jwk::text AS public FROM signing_key");
    expect(JSON.stringify(rows)).not.toContain("PRIVATE");
    await world.browse(null);
    const answer = await jwks();
    const { keys } = (await answer.json()) as { keys: Record<string, string>[] };
    const { accessToken } = await getEndpointToken(me, { endpoint: "sealed" });
    const signer = keys.find(({ kid }) => kid === headOf(accessToken)["kid"]);
    expect([answer.status, Object.keys(signer ?? {}).sort()]).toEqual([200, ["alg", "crv", "kid", "kty", "use", "x", "y"]]);
  });

  it("are one for all endpoints of a workspace, and of another workspace another", async () => {
    await Promise.all([made("same-a", "aml_token"), made("same-b", "aml_token")]);
    const rows = await me.store.signingKeys.listByWorkspace(me.actor.workspaceId);
    expect(planSigningKeys(rows, world.clock.now()).signs).toBe(rows[0]?.id);
    expect(await me.store.signingKeys.listByWorkspace("ws_other")).toEqual([]);
  });
});
