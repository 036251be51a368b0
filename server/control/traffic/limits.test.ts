import { expect, it } from "vitest";
import { limitPresets, noLimits } from "#server/domain/endpoint/limits";
import { compileLimits } from "./limits";

it("gateways share rates, connections and bandwidth, and each has the sizes and silences whole", () => {
  const limits = { ...limitPresets.azure, bodyBytes: 9, slowCallerMs: 500 };
  expect(compileLimits(limits, 2)).toEqual({
    ...limits,
    here: { requestsPerSecond: 250, connections: 250, newConnectionsPerSecond: 250, bandwidthBytesPerSecond: 2_500_000 },
  });
});

it("an endpoint without limits has none in the revision", () => {
  expect(compileLimits(noLimits, 2)).toBeNull();
});
