import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RoutingEndpoint } from "#server/domain/routing/types";
import { followingSlots, slotsInOrder, type SlotRun } from "#server/domain/traffic/slots";
import { TestGateway } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { TestScorer } from "#server/testing/scorer";
import { sendCommand } from "./proxy/command-socket";
import { TestIssuer } from "#server/testing/tokens";

// What a single call shows is `conformance/`; here is who moves when the split does, and how many go where.

const names = ["blue", "green", "red"];
let gateway: TestGateway;
let models: ModelServer[];
let scorer: TestScorer;
let revision = 0;

beforeAll(async () => {
  models = await Promise.all(names.map((name) => new ModelServer(name).start()));
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.plainUrl);
});

afterAll(async () => {
  await scorer.close();
  await gateway.stop();
  await Promise.all(models.map((model) => model.stop()));
});

type Rule = Pick<NonNullable<RoutingEndpoint["sticky"]>, "by" | "name" | "setCookie">;
const bySession: Rule = { by: "header", name: "x-session", setCookie: false };

/** Puts a split in force that follows from the one before as the control plane makes it. */
async function split(
  weights: Readonly<Record<string, number>>,
  before: readonly SlotRun[],
  rule: Rule | null = bySession,
  more: Partial<RoutingEndpoint> = {},
): Promise<SlotRun[]> {
  const deployments = names.map((name, index) => routingDeployment(name, [models[index]?.port ?? 0], { maxConcurrentRequestsPerInstance: 200 }));
  const slots = followingSlots(weights, names, before);
  revision += 1;
  await gateway.program(routingRevision(revision, [routingEndpoint(deployments, weights, { sticky: rule === null ? null : { ...rule, slots }, ...more })]));
  return slots;
}

/** Slots of each deployment with weight, in order, as the running proxy has them. */
async function slotCounts(): Promise<number[]> {
  const plan = / demo (\S+)/.exec(await sendCommand(gateway.layout.adminSocket, "show map tables/plan.map"))?.[1] ?? "";
  return [...plan.matchAll(/(.)\1*/g)].map(([run]) => run.length);
}

/** Callers whose names say nothing, the same in every run. */
const callers = Array.from({ length: 2000 }, (_, index) =>
  createHash("sha256")
    .update(`caller ${String(index)}`)
    .digest("hex")
    .slice(0, 20),
);

const deploymentOf = async (headers: Readonly<Record<string, string>>): Promise<string> =>
  String((await scorer.score({ headers })).headers["azureml-model-deployment"]);
const placed = (): Promise<string[]> => Promise.all(callers.map((caller) => deploymentOf({ "x-session": caller })));
const shareOf = (deployments: readonly string[], name: string): number => deployments.filter((deployment) => deployment === name).length / deployments.length;
/** Five standard deviations of a share in percent among all callers. */
const tolerance = (percent: number): number => 5 * Math.sqrt(((percent / 100) * (1 - percent / 100)) / callers.length);

describe("callers that stay with their deployment", () => {
  it("are spread as the split says, come back to the same one, and only those move who must", async () => {
    const first = await split({ blue: 50, green: 30, red: 20 }, []);
    const before = await placed();
    for (const [name, percent] of [
      ["blue", 50],
      ["green", 30],
      ["red", 20],
    ] as const)
      expect(Math.abs(shareOf(before, name) - percent / 100)).toBeLessThan(tolerance(percent));
    expect(await placed()).toEqual(before);
    await split({ blue: 60, green: 30, red: 10 }, first);
    const after = await placed();
    const moved = callers.flatMap((_, index) => (before[index] === after[index] ? [] : [`${String(before[index])} to ${String(after[index])}`]));
    expect([...new Set(moved)]).toEqual(["red to blue"]);
    expect(Math.abs(moved.length / callers.length - 0.1)).toBeLessThan(tolerance(10));
  });

  it("of a tenth of a percent have one slot of the thousand, and every tenth its number", async () => {
    const thirds = { blue: 33.3, green: 33.3, red: 33.4 };
    for (const weights of [{ blue: 99.9, green: 0.1 }, { blue: 0.1, green: 0.2, red: 99.7 }, thirds]) {
      await split(weights, []);
      expect(await slotCounts()).toEqual(Object.values(weights).map((percent) => Math.round(percent * 10)));
    }
    const at = await placed();
    for (const [name, percent] of Object.entries(thirds)) expect(Math.abs(shareOf(at, name) - percent / 100)).toBeLessThan(tolerance(percent));
    await split({ blue: 90, green: 10 }, [], null);
    expect(await slotCounts()).toEqual([90, 10]);
  });

  it("stay when the gateway starts anew, and another endpoint's callers fall differently", async () => {
    await split({ blue: 50, green: 50 }, slotsInOrder({ green: 50, blue: 50 }, ["green", "blue"]));
    const before = await placed();
    await gateway.proxy.kill();
    await gateway.proxy.start();
    await gateway.restartAgent();
    expect(await placed()).toEqual(before);
  });

  it("are told apart by another header as soon as the endpoint asks for another, and not at all when it stops asking", async () => {
    const even = await split({ blue: 50, green: 50 }, []);
    await split({ blue: 50, green: 50 }, even, { ...bySession, name: "x-tenant" });
    const tenants = await Promise.all(Array.from({ length: 40 }, () => deploymentOf({ "x-tenant": "acme" })));
    expect(new Set(tenants).size).toBe(1);
    const sessions = await Promise.all(Array.from({ length: 40 }, () => deploymentOf({ "x-session": "ada" })));
    expect(new Set(sessions)).toEqual(new Set(["blue", "green"]));
    await split({ blue: 50, green: 50 }, even, null);
    const nobody = await Promise.all(Array.from({ length: 40 }, () => deploymentOf({ "x-tenant": "acme" })));
    expect(new Set(nobody)).toEqual(new Set(["blue", "green"]));
  });

  it("keep the cookie that they were given, over HTTP/2 as well", async () => {
    await split({ blue: 50, green: 50 }, [], { by: "cookie", name: "lot", setCookie: true });
    const http2 = new TestScorer(gateway.url, { http2: true });
    for (let turn = 0; turn < 20; turn += 1) {
      const first = await scorer.score();
      const [cookie = ""] = [first.headers["set-cookie"]].flat().map((text) => String(text).split(";")[0]);
      expect(cookie).toMatch(/^lot=/);
      const again = await http2.score({ headers: { cookie: `theme=dark; ${cookie}` } });
      expect(again.headers["azureml-model-deployment"]).toBe(first.headers["azureml-model-deployment"]);
      expect(again.headers["set-cookie"]).toBeUndefined();
    }
    await http2.close();
  });
});

type Says = Readonly<Record<string, unknown>>;
const both = new Set(["blue", "green"]);

/** Splits evenly by the claim `team`; tells where one call with a token that says this goes. */
async function byTeam(): Promise<(says: Says) => Promise<string>> {
  const issuer = new TestIssuer("sig_1");
  await split({ blue: 50, green: 50 }, [], { by: "claim", name: "team", setCookie: false }, { authMode: "aml_token", keys: [], trusts: [issuer.trust()] });
  return (says) => deploymentOf({ authorization: `Bearer ${issuer.token(says)}` });
}

/** Where forty calls go: to one deployment when the caller is known, to both when each is drawn. */
const often = async (goes: () => Promise<string>): Promise<Set<string>> => new Set(await Promise.all(Array.from({ length: 40 }, goes)));

/** Two teams of different deployments. */
async function twoTeams(goes: (says: Says) => Promise<string>): Promise<[string, string]> {
  const [one = "", ...others] = callers;
  const home = await goes({ team: one });
  for (const other of others) if ((await goes({ team: other })) !== home) return [one, other];
  throw new Error("all teams go to one deployment");
}

describe("callers that stay by a claim of their token", () => {
  it("come back to the same deployment, also after the gateway started anew", async () => {
    const goes = await byTeam();
    const spread = () => Promise.all(callers.slice(0, 60).map((team) => goes({ team })));
    const before = await spread();
    expect(new Set(before)).toEqual(both);
    expect(await spread()).toEqual(before);
    await gateway.proxy.kill();
    await gateway.proxy.start();
    await gateway.restartAgent();
    expect(await spread()).toEqual(before);
  });

  it("are known by a text or a number of the token's own, whatever stands within other claims, and drawn otherwise", async () => {
    const goes = await byTeam();
    const [one, other] = await twoTeams(goes);
    const home = new Set([await goes({ team: one })]);
    const user = { team: other, 'te"am': [{ team: other }, "}{"] };
    const known = [
      { team: one, user },
      { user, team: one },
      { users: [user, [user]], team: one },
      { kind: "team", kinds: ["team"], team: one },
    ];
    for (const says of known) expect([says, await often(() => goes(says))]).toEqual([says, home]);
    const elsewhere = [{}, { user: { team: one } }, { users: [{ team: one }] }, { kind: "team" }];
    const noText = [[one], [], null, "", true, { team: one }].map((team) => ({ team, user: { team: one } }));
    for (const says of [...elsewhere, ...noText]) expect([says, await often(() => goes(says))]).toEqual([says, both]);
  });

  it("are known by the whole value: also what follows a quote in a text, and a number's exponent", async () => {
    const goes = await byTeam();
    const numbered = Array.from({ length: 40 }, (_, index) => index);
    expect(new Set(await Promise.all(numbered.map((number) => goes({ team: `the "team" ${String(number)}` }))))).toEqual(both);
    expect(new Set(await Promise.all(numbered.map((number) => goes({ team: 10 ** (30 + number) }))))).toEqual(both);
  });

  it("are known behind as much as a token holds, and served when objects lie deeper than is looked", async () => {
    const goes = await byTeam();
    const [team, other] = await twoTeams(goes);
    const home = new Set([await goes({ team })]);
    const many = Array.from({ length: 900 }, (_, index) => index);
    const large = {
      text: "x".repeat(10_000),
      quotes: '"'.repeat(5000),
      objects: many.map(() => ({ a: {} })),
      members: Object.fromEntries(many.map((index) => [`k${String(index)}`, ""])),
      lists: many.map(() => [["", 7]]),
      within: many.slice(0, 600).map(() => ({ team: "bob" })),
    };
    for (const [name, value] of Object.entries(large)) expect([name, await often(() => goes({ value, team }))]).toEqual([name, home]);
    const nested = (depth: number): object => (depth === 0 ? { team: other } : { a: nested(depth - 1) });
    expect(await often(() => goes({ value: nested(16), team }))).toEqual(home);
    expect(both).toContain(await goes({ value: nested(1400), team }));
  });
});
