import { expect, it } from "vitest";
import { gatewayState } from "./gateway-state";
import { gatewayLiveMs } from "./liveness";

const now = 1_000_000;
const heard = { lastSeenAt: now - 1, appliedRevision: 4, refusedReason: null };

it.each([
  ["connected", heard, 4],
  ["behind", heard, 5],
  ["refused", { ...heard, refusedReason: "haproxy said no" }, 5],
  ["stale", { ...heard, lastSeenAt: now - gatewayLiveMs, refusedReason: "haproxy said no" }, 5],
  ["stale", { ...heard, lastSeenAt: null }, 0],
] as const)("a gateway is %s", (state, gateway, newest) => {
  expect(gatewayState(gateway, newest, now)).toBe(state);
});
