import { afterEach, beforeEach, expect, it } from "vitest";
import { providerKeysSetting, providerSetting, readProviderKeys } from "#server/domain/token/provider";
import { ControlWorld, testControlSettings } from "#server/testing/control-world";
import { providerAudience, TokenProvider } from "#server/testing/token-provider";
import { loops, trafficKey } from "../context";

let world: ControlWorld;
beforeEach(async () => {
  world = await ControlWorld.open({ settings: { imports: { ...testControlSettings.imports, allowedHosts: ["127.0.0.1"] } } });
});
afterEach(() => world.close());

it("a provider's keys reach the gateways, are exchanged with the provider's, and outlive a provider that is away", async () => {
  const { store } = world;
  let provider = await TokenProvider.start("ES256", "first");
  const { issuer } = provider;
  const { workspaceId } = await world.endpoint({}, { authMode: "aad_token" });
  await store.settings.put(workspaceId, providerSetting, { issuer, audience: providerAudience, permission: { claim: "roles", value: "score" } });
  const trustedAfter = async (ms: number): Promise<unknown> => {
    world.clock.advance(ms);
    world.runtime.enqueue(loops.tokenProvider, workspaceId);
    await world.settle();
    world.runtime.enqueue(loops.traffic, trafficKey);
    await world.settle();
    const trust = (await store.routing.findNewest())?.document.endpoints[0]?.trusts.find((one) => one.issuer === issuer);
    return trust === undefined ? null : { ...trust, keys: trust.keys.map(({ kid }) => kid) };
  };
  const trusting = (...keys: string[]) => ({ issuer, audience: providerAudience, permission: { claim: "roles", value: "score" }, keys, until: null });
  expect(await trustedAfter(0)).toEqual(trusting("first"));

  await provider.stop();
  expect(await trustedAfter(20 * 60_000)).toEqual(trusting("first"));
  const failed = readProviderKeys(await store.settings.find(workspaceId, providerKeysSetting), { issuer });
  expect(failed.failure).toContain("cannot be read");

  provider = await TokenProvider.start("ES256", "second", Number(new URL(issuer).port));
  expect(await trustedAfter(60_000)).toEqual(trusting("second"));
  await provider.stop();
});
