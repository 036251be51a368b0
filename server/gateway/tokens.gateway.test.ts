import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RoutingEndpoint } from "#server/domain/routing/types";
import { clockLeewaySeconds, noPin, pinClaim } from "#server/domain/token/types";
import { sendCommand } from "./proxy/command-socket";
import { TestGateway, until } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { TestScorer, type Answer } from "#server/testing/scorer";
import { TestIssuer } from "#server/testing/tokens";

// Which token is refused how is in `conformance/` as well; here is what it takes to make one, to exchange keys and to change the mode.

const ours = new TestIssuer("ours");
const next = new TestIssuer("next");
const provider = new TestIssuer("their key/1", "RS256");
const now = (): number => Math.floor(Date.now() / 1000);

let gateway: TestGateway;
let model: ModelServer;
let scorer: TestScorer;
let revision = 0;

beforeAll(async () => {
  model = await new ModelServer("blue").start();
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.plainUrl);
});

afterAll(async () => {
  await scorer.close();
  await gateway.stop();
  await model.stop();
});

const program = (endpoint: Partial<RoutingEndpoint>, others: readonly RoutingEndpoint[] = []) =>
  gateway.program(routingRevision((revision += 1), [routingEndpoint([routingDeployment("blue", [model.port])], { blue: 100 }, endpoint), ...others]));
const tokenMode = { authMode: "aml_token", trusts: [ours.trust()] } as const;
const call = (key: string, path?: string): Promise<Answer> => scorer.score({ key, ...(path === undefined ? {} : { path }) });
const outcome = async (key: string, path?: string): Promise<unknown> => {
  const { status, code } = await call(key, path);
  return code ?? status;
};
const bearer = (text: string): string => Buffer.from(text).toString("base64url");

describe("an endpoint in a token mode", () => {
  it("takes its issuer's token, names the caller in the row, and hands the credential to no model", async () => {
    await program(tokenMode);
    const token = ours.token({ sub: 'usr_1:odd name"' });
    const answer = await call(token);
    expect([answer.status, answer.code]).toEqual([200, null]);
    expect(answer.text).not.toContain(token.slice(0, 20));
    expect(model.seen.at(-1)?.headers.authorization).toBeUndefined();
    expect(JSON.stringify(model.seen.at(-1))).not.toContain(token.split(".")[2]);
    await until("the row", () => gateway.rows().some(({ subject, keyName }) => subject === "usr_1:odd_name_" && keyName === ""));
  });

  it("judges times with the documented leeway", async () => {
    await program(tokenMode);
    expect(await outcome(ours.token({ exp: now() - clockLeewaySeconds + 30 }))).toBe(200);
    expect(await outcome(ours.token({ exp: now() - clockLeewaySeconds - 30 }))).toBe("TokenExpired");
    expect(await outcome(ours.token({ nbf: now() + clockLeewaySeconds - 30 }))).toBe(200);
    expect(await outcome(ours.token({ nbf: now() + clockLeewaySeconds + 30 }))).toBe("TokenNotYetValid");
    for (const exp of [0, -1]) expect([exp, await outcome(ours.token({ exp }))]).toEqual([exp, "TokenExpired"]);
    const odd = [9e18, 2 ** 62, 2 ** 64];
    for (const exp of [undefined, "soon", null, {}, [], -9e18, 1e300, ...odd])
      expect(["TokenInvalid", "TokenExpired"]).toContain(await outcome(ours.token({ exp })));
    for (const nbf of odd) expect([nbf, await outcome(ours.token({ nbf }))]).not.toEqual([nbf, 200]);
  });

  it("lets a token that may not pin choose no deployment by an address either", async () => {
    await program({ ...tokenMode, pinBy: ["path"] });
    const held = ours.token({ [pinClaim]: noPin });
    const pinned = "/endpoints/blue--demo/score";
    expect([await outcome(held), await outcome(held, pinned), await outcome(ours.token(), pinned)]).toEqual([200, "PinNotAllowed", 200]);
  });

  it("refuses tokens for somebody else, and finds itself among several audiences", async () => {
    await program(tokenMode, [
      routingEndpoint([], {}, { id: "ep_other", name: "other", ...tokenMode, keys: [], trusts: [ours.trust({ audience: "ep_other" })] }),
    ]);
    expect(await outcome(ours.token(), "/endpoints/other/score")).toBe("TokenNotForEndpoint");
    expect(await outcome(ours.token({ aud: "ep_other" }))).toBe("TokenNotForEndpoint");
    expect(await outcome(ours.token({ aud: "ep_other" }), "/endpoints/other/score")).toBe("NoTraffic");
    for (const iss of ["urn:tes", "urn:test2", undefined, ["urn:test"], ""])
      expect([iss, await outcome(ours.token({ iss }))]).toEqual([iss, "TokenNotForEndpoint"]);
    for (const aud of [undefined, [], {}, "ep_demo2", ["a", "b"], '["ep_demo"]', { 0: "ep_demo" }])
      expect([aud, await outcome(ours.token({ aud }))]).toEqual([aud, "TokenNotForEndpoint"]);
    expect(await outcome(ours.token({ aud: ["a", "ep_demo"] }))).toBe(200);
  });

  it("lets no token choose how it is verified", async () => {
    await program({ ...tokenMode, trusts: [ours.trust({ keys: [ours.key, provider.key] })] });
    const [head = "", body = ""] = ours.token().split(".");
    const hmac = (secret: string): string => {
      const text = `${bearer(JSON.stringify({ alg: "HS256", kid: "ours" }))}.${body}`;
      return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
    };
    const hostile = {
      none: `${bearer(JSON.stringify({ alg: "none", kid: "ours" }))}.${body}.`,
      signedNone: ours.token({}, { alg: "none" }),
      confused: hmac(ours.publicPem),
      confusedDer: hmac(Buffer.from(ours.key.spki, "base64").toString("latin1")),
      otherAlgorithm: ours.token({}, { alg: "RS256" }),
      othersKey: ours.token({}, { kid: provider.key.kid }),
      noKid: ours.token({}, { kid: undefined }),
      unknownKid: ours.token({}, { kid: "ours2" }),
      stranger: new TestIssuer("ours").token(),
      unsigned: `${head}.${body}.`,
      twoParts: `${head}.${body}`,
      onePart: head,
      changed: ours.token().replace(`.${body}.`, `.${bearer(JSON.stringify({ sub: "root" }))}.`),
      text: "key-1",
    };
    for (const [name, token] of Object.entries(hostile)) expect([name, await outcome(token)]).toEqual([name, "TokenInvalid"]);
    expect(await outcome(provider.token())).toBe(200);
  });

  it("asks for a permission in a list, a single text or among scopes", async () => {
    await program({ authMode: "aad_token", trusts: [provider.trust({ permission: { claim: "roles", value: "score" } })] });
    const many = Array.from({ length: 31 }, (_, index) => `role-${String(index)}`);
    for (const roles of ["score", ["score"], ["a", 'b"c', "score"], [...many, "score"], "a score"])
      expect([roles, await outcome(provider.token({ roles }))]).toEqual([roles, 200]);
    for (const roles of [undefined, [], "scor", ["scores"], ['a","score'], { score: true }, [["score"]]])
      expect([roles, await outcome(provider.token({ roles }))]).toEqual([roles, "ScoreNotAllowed"]);
    expect(await outcome(provider.token({ groups: ["score"], scp: "score" }))).toBe("ScoreNotAllowed");
  });

  it("exchanges keys without a reload and without a refused call", async () => {
    await program(tokenMode);
    const pid = await gateway.proxy.workerPid();
    await program({ ...tokenMode, trusts: [ours.trust({ keys: [ours.key, next.key] })] });
    expect([await outcome(ours.token()), await outcome(next.token())]).toEqual([200, 200]);
    await program({ ...tokenMode, trusts: [ours.trust({ keys: [next.key] })] });
    expect([await outcome(ours.token()), await outcome(next.token())]).toEqual(["TokenInvalid", 200]);
    expect(await gateway.proxy.workerPid()).toBe(pid);
    expect((await sendCommand(gateway.layout.adminSocket, "show ssl cert")).match(/certs\//g)).toHaveLength(1);
  });

  it("serves from its files alone after the proxy died", async () => {
    await program(tokenMode);
    await gateway.proxy.kill();
    await gateway.proxy.start();
    expect(await outcome(ours.token())).toBe(200);
  });
});

describe("a change of the mode", () => {
  it("fails no call under load: what counted before goes on until its time, in the gateway alone", async () => {
    await program({});
    const failures: unknown[] = [];
    let counted = 0;
    let running = true;
    const keep = async (credential: () => string, wanted: () => boolean) => {
      while (running) {
        if (!wanted()) {
          await pause(5);
          continue;
        }
        const seen = await outcome(credential());
        counted += 1;
        if (seen !== 200) failures.push(seen);
      }
    };
    let tokens = false;
    const callers = [
      keep(
        () => "key-1",
        () => true,
      ),
      keep(
        () => "key-1",
        () => true,
      ),
      keep(
        () => ours.token(),
        () => tokens,
      ),
    ];
    const keysUntil = Date.now() + 60_000;
    await program({ ...tokenMode, keysUntil });
    tokens = true;
    await pause(300);
    await program({ authMode: "key", trusts: [ours.trust({ until: keysUntil })] });
    await pause(300);
    running = false;
    await Promise.all(callers);
    expect(failures).toEqual([]);
    expect(counted).toBeGreaterThan(20);
  });

  it("ends what counted before at its time without anybody's doing", async () => {
    const end = Date.now() + 800;
    await program({ ...tokenMode, keysUntil: end });
    expect([await outcome("key-1"), await outcome(ours.token()), await outcome("wrong")]).toEqual([200, 200, "TokenInvalid"]);
    await until("the end of keys", async () => (await outcome("key-1")) === "TokenInvalid");
    expect(Date.now()).toBeGreaterThanOrEqual(end);
    expect(await outcome(ours.token())).toBe(200);
    const tokensEnd = Date.now() + 800;
    await program({ authMode: "key", trusts: [ours.trust({ until: tokensEnd })] });
    expect(await outcome("key-1")).toBe(200);
    await until("the end of tokens", async () => (await outcome(ours.token())) === "TokenInvalid");
    expect(await outcome("key-1")).toBe(200);
  });
});
