import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultCoreQuota, judgeCores, judgeDeploymentCount, judgeEndpointCount, limits, reservedCores, reservedInstances } from "./limits";

const count = fc.integer({ min: 1, max: limits.instancesPerDeployment });

describe("quota", () => {
  it("counts n instances as ceil(1.2 n), exactly, for every allowed n", () => {
    expect([1, 2, 3, 4, 5, 6, 10, 50].map(reservedInstances)).toEqual([2, 3, 4, 5, 6, 8, 12, 60]);
    fc.assert(fc.property(count, (n) => reservedInstances(n) >= n + 1 && reservedInstances(n) * 10 >= n * 12 && (reservedInstances(n) - 1) * 10 < n * 12));
  });

  it("accepts a wish exactly when all cores together stay within the quota", () => {
    const demand = fc.record({ cpuCores: fc.constantFrom(0.25, 1, 2, 4, 16), instanceCount: count });
    fc.assert(
      fc.property(fc.array(demand, { maxLength: 6 }), demand, (others, wish) => {
        const within = reservedCores([...others, wish]) <= defaultCoreQuota;
        expect(judgeCores(others, wish, defaultCoreQuota) === null).toBe(within);
      }),
    );
  });

  it("refuses the first endpoint and the first deployment over the limits", () => {
    expect(judgeEndpointCount(limits.endpoints - 1)).toBeNull();
    expect(judgeEndpointCount(limits.endpoints)?.code).toBe("quota.endpoints");
    expect(judgeDeploymentCount(limits.deploymentsPerEndpoint, 20)?.code).toBe("quota.deployments_per_endpoint");
    expect(judgeDeploymentCount(0, limits.deployments)?.code).toBe("quota.deployments");
    expect(judgeDeploymentCount(19, 499)).toBeNull();
  });
});
