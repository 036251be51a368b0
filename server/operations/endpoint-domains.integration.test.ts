import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addDomainSchema } from "#server/contract/endpoint-domain";
import { SluiceError } from "#server/domain/errors";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildEndpoint } from "#server/testing/builders";
import { certificateFor } from "#server/testing/certificates";
import { codeOf } from "#server/testing/code-of";
import { listActivity } from "./activity";
import type { OperationContext } from "./context";
import { addDomain, listDomains, removeDomain, replaceDomainCertificate } from "./endpoint-domains";

let world: ApiWorld;
let me: OperationContext;
let endpoint: string;
let endpointId: string;
let other: string;

beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("contributor");
  const row = await buildEndpoint(world.database.store, world.workspaceId);
  endpoint = row.name;
  endpointId = row.id;
  other = (await buildEndpoint(world.database.store, world.workspaceId)).name;
});
afterAll(() => world.close());

type Pair = Awaited<ReturnType<typeof certificateFor>>;
const add = (name: string, pair: Pair, at = endpoint) => addDomain(me, addDomainSchema.parse({ endpoint: at, name, ...pair }));
const stored = (name: string) => world.database.store.endpointDomains.findByName(name);
/** The lines with what is private of a key for P-256, of which none may be anywhere in the clear: the certificate has the others too. */
const secretLines = ({ privateKey }: Pair): string[] => privateKey.split("\n").slice(1, 3);

/** Everything that the database holds, as text; bytes too, as they would be read. */
async function dump(): Promise<string> {
  const { sql } = world.database.store;
  const tables = await sql.query<{ name: string }>("SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'");
  const texts = await Promise.all(tables.map(async ({ name }) => JSON.stringify(await sql.query(`SELECT to_jsonb(t) AS row FROM ${name} t`))));
  return texts.join("\n");
}

describe("a domain of an endpoint's own", () => {
  it("is kept with its certificate, the key sealed and in no answer, record or table in the clear; with a hint", async () => {
    const { store } = world.database;
    const since = await store.changes.findNewestId();
    const pair = await certificateFor(["score.acme.example"]);
    const added = await add("Score.Acme.Example", pair);
    expect(added).toMatchObject({ name: "score.acme.example", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(added.expiresAt - Date.now()).toBeGreaterThan(29 * 24 * 3_600_000);
    expect((await store.changes.listAfter(since, 100)).map(({ kind, key }) => [kind, key])).toEqual([["endpoint", endpointId]]);
    const row = await stored("score.acme.example");
    expect(me.vault.unseal(row?.keySealed ?? new Uint8Array(), row?.id ?? "")).toContain(secretLines(pair)[0]);
    const all = [await dump(), JSON.stringify([added, await listDomains(me, { endpoint }), await listActivity(me, { endpoint })])].join("\n");
    expect(all).toContain("score.acme.example");
    for (const line of secretLines(pair)) for (const text of [line, Buffer.from(line).toString("hex")]) expect(all).not.toContain(text);
  });

  it("takes another certificate, and goes with its key when it is removed", async () => {
    const first = await add("swap.acme.example", await certificateFor(["swap.acme.example"]));
    const second = await replaceDomainCertificate(me, { endpoint, name: "Swap.acme.example", ...(await certificateFor(["*.acme.example"], { days: 60 })) });
    expect([second.sha256 === first.sha256, second.expiresAt > first.expiresAt, second.createdAt]).toEqual([false, true, first.createdAt]);
    expect((await listDomains(me, { endpoint })).items.map(({ name }) => name)).toContain("swap.acme.example");
    expect(await removeDomain(me, { endpoint, name: "swap.acme.example" })).toEqual({ name: "swap.acme.example" });
    expect(await stored("swap.acme.example")).toBeNull();
    expect(await codeOf(removeDomain(me, { endpoint, name: "swap.acme.example" }))).toBe("domain.not_found");
  });

  it("is one endpoint's alone, also for two that ask at once, and another endpoint cannot touch it", async () => {
    const pair = await certificateFor(["one.acme.example", "raced.acme.example"]);
    await add("one.acme.example", pair);
    expect([await codeOf(add("one.acme.example", pair)), await codeOf(add("ONE.acme.example", pair, other))]).toEqual(Array(2).fill("domain.name_taken"));
    expect(await codeOf(replaceDomainCertificate(me, { endpoint: other, name: "one.acme.example", ...pair }))).toBe("domain.not_found");
    expect(await codeOf(removeDomain(me, { endpoint: other, name: "one.acme.example" }))).toBe("domain.not_found");
    const raced = [codeOf(add("raced.acme.example", pair)), codeOf(add("raced.acme.example", pair, other))];
    expect((await Promise.all(raced)).sort()).toEqual(["domain.name_taken", "ok"]);
  });

  it("is seen by readers and changed by contributors only", async () => {
    const reader = await world.as("reader");
    expect((await listDomains(reader, { endpoint })).items.length).toBeGreaterThan(0);
    const input = { endpoint, name: "theirs.acme.example", ...(await certificateFor(["theirs.acme.example"])) };
    const calls = [addDomain(reader, input), replaceDomainCertificate(reader, input), removeDomain(reader, input)];
    expect(await Promise.all(calls.map((call) => codeOf(call)))).toEqual(Array(3).fill("auth.role_insufficient"));
  });
});

describe("what a domain is refused for", () => {
  /** The field that is named, or the code where none is. */
  const refusalOf = async (name: string, pair: Pair): Promise<readonly (string | undefined)[]> => {
    try {
      await add(name, pair);
      return ["taken"];
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      for (const line of secretLines(pair)) expect(JSON.stringify([error.message, error.fields])).not.toContain(line);
      return [error.code, error.fields[0]?.path];
    }
  };
  const bad = async (pair: Pair) => refusalOf("bad.acme.example", pair);
  const good = () => certificateFor(["bad.acme.example"]);
  const invalid = "domain.certificate_invalid";

  it("a certificate that does not fit its key, the name or the time, or is none", async () => {
    const pair = await good();
    expect(await bad({ ...pair, privateKey: (await good()).privateKey })).toEqual([invalid, "privateKey"]);
    expect(await bad({ ...pair, privateKey: "nothing\nzzzzzzzz\nyyyyyyyy" })).toEqual([invalid, "privateKey"]);
    expect(await bad({ certificate: pair.privateKey, privateKey: pair.privateKey })).toEqual([invalid, "certificate"]);
    expect(await bad({ ...pair, certificate: pair.certificate.replace("MII", "AAA") })).toEqual([invalid, "certificate"]);
    expect(await bad(await certificateFor(["bad.acme.example"], { sinceDays: 10, days: -1 }))).toEqual([invalid, "certificate"]);
    expect(await bad(await certificateFor(["bad.acme.example"], { sinceDays: -2 }))).toEqual([invalid, "certificate"]);
    expect(await bad(await certificateFor(["good.acme.example", "x.bad.acme.example", "*.bad.acme.example"]))).toEqual([invalid, "certificate"]);
    expect(await bad({ ...pair, certificate: pair.certificate.repeat(60) })).toEqual([invalid, "certificate"]);
    expect(await stored("bad.acme.example")).toBeNull();
  });

  it("a key with a passphrase", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const sealed = privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "words" }).toString();
    expect(await bad({ ...(await good()), privateKey: sealed })).toEqual([invalid, "privateKey"]);
  });

  it("a name that is none, or the installation's own", async () => {
    const { domain } = me.settings.gateway;
    expect(await refusalOf("*.acme.example", await good())).toEqual(["domain.name_invalid", "name"]);
    expect(await refusalOf(`score.${domain}`, await good())).toEqual(["domain.name_reserved", "name"]);
  });

  it("a certificate that would not be replaced by a good one: the one before stays", async () => {
    const before = await add("kept.acme.example", await certificateFor(["kept.acme.example"]));
    const wrong = await certificateFor(["other.acme.example"]);
    expect(await codeOf(replaceDomainCertificate(me, { endpoint, name: "kept.acme.example", ...wrong }))).toBe(invalid);
    expect(await stored("kept.acme.example")).toMatchObject({ sha256: before.sha256 });
  });
});
