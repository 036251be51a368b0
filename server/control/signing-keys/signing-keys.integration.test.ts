import { afterEach, beforeEach, expect, it } from "vitest";
import { publishAheadMs, signingPeriodMs, tokenLifetimeMs } from "#server/domain/token/signing-keys";
import { newId } from "#server/kernel/ids";
import { ControlWorld, testVault } from "#server/testing/control-world";
import { newSigningKey } from "#server/vault/signing-keys";
import { loops, trafficKey } from "../context";

let world: ControlWorld;
beforeEach(async () => {
  world = await ControlWorld.open();
});
afterEach(() => world.close());

it("the next signing key is in the gateways' hands before it signs, and the old one until its last token is over", async () => {
  const { store } = world;
  const { workspaceId } = await world.endpoint({}, { authMode: "aml_token" });
  await store.signingKeys.insert(newSigningKey({ vault: testVault, clock: world.clock, newId }, workspaceId));
  const trustedAfter = async (ms: number): Promise<string[]> => {
    world.clock.advance(ms);
    world.runtime.enqueue(loops.signingKeys, workspaceId);
    await world.settle();
    world.runtime.enqueue(loops.traffic, trafficKey);
    await world.settle();
    return (await store.routing.findNewest())?.document.endpoints[0]?.trusts.flatMap(({ keys }) => keys.map(({ kid }) => kid)) ?? [];
  };
  const [first] = await trustedAfter(0);
  expect(await trustedAfter(signingPeriodMs - publishAheadMs - 60_000)).toEqual([first]);
  const both = await trustedAfter(120_000);
  expect(both).toEqual([first, expect.stringMatching(/^sig_/)]);
  expect(await trustedAfter(publishAheadMs + tokenLifetimeMs)).toEqual(both);
  expect(await trustedAfter(600_000)).toEqual([both[1]]);
});
