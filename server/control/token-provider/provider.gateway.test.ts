import { afterEach, beforeEach, expect, it } from "vitest";
import { addressGuard } from "../model-import/guard";
import { TestGateway } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { TestScorer } from "#server/testing/scorer";
import { providerAudience, TokenProvider } from "#server/testing/token-provider";
import { fetchProviderKeys } from "./key-set";

let gateway: TestGateway;
let model: ModelServer;
let scorer: TestScorer;
beforeEach(async () => {
  model = await new ModelServer("blue").start();
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.plainUrl);
});
afterEach(async () => {
  await scorer.close();
  await gateway.stop();
  await model.stop();
});

const guard = addressGuard("10.213.0.0/16", ["127.0.0.1"]);
const outcome = async (key: string): Promise<unknown> => {
  const { status, code } = await scorer.score({ key });
  return code ?? status;
};

it.each(["RS256", "ES256"] as const)("a provider's token by %s passes with the permission, also when the provider is gone, and not without", async (alg) => {
  const provider = await TokenProvider.start(alg, "first");
  const keys = await fetchProviderKeys(provider.issuer, guard);
  expect(keys).toEqual([{ kid: "first", alg, spki: expect.any(String) as string }]);
  const trust = { issuer: provider.issuer, audience: providerAudience, keys, permission: { claim: "scp", value: "score" }, until: null } as const;
  const blue = routingDeployment("blue", [model.port]);
  await gateway.program(routingRevision(1, [routingEndpoint([blue], { blue: 100 }, { authMode: "aad_token", keys: [], trusts: [trust] })]));
  const [both, other] = [await provider.token("score other"), await provider.token("other")];
  expect([await outcome(both), await outcome(other)]).toEqual([200, "ScoreNotAllowed"]);
  await provider.stop();
  expect([await outcome(both), await outcome(other)]).toEqual([200, "ScoreNotAllowed"]);
});

it("a provider that calls itself otherwise, is away or lies where nothing may be fetched is refused with its reason", async () => {
  const provider = await TokenProvider.start("ES256", "first");
  await expect(fetchProviderKeys(provider.issuer.replace("127.0.0.1", "localhost"), addressGuard("10.213.0.0/16", ["localhost"]))).rejects.toThrow(
    "calls itself",
  );
  await expect(fetchProviderKeys(provider.issuer, addressGuard("10.213.0.0/16", []))).rejects.toThrow("is an address of this host");
  await provider.stop();
  await expect(fetchProviderKeys(provider.issuer, guard)).rejects.toThrow("cannot be read");
});
