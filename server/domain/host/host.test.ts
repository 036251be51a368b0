import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blocksFor, freeAddress, freeBlock, isAddressFree, subnetAt } from "./addressing";
import { defaultInstanceTypes } from "./instance-types";
import { countFitting, placeInstance, type PlacementHost } from "./placement";

const typeNamed = (name: string) => {
  const type = defaultInstanceTypes.find((candidate) => candidate.name === name);
  if (type === undefined) throw new Error(name);
  return type;
};
const host: PlacementHost = { cpuCores: 2, memoryMib: 8192, cpuOvercommit: 2, memoryOvercommit: 1, gpuRuntime: false };
const nothing = { cpuCores: 0, memoryMib: 0 };

describe("placement", () => {
  it("caps a type with more cores than the host, or refuses it by setting with a sentence", () => {
    expect(placeInstance(typeNamed("Standard_F4s_v2"), host, nothing, true)).toEqual({ fits: true, cpuCores: 2, memoryMib: 8192, capped: true });
    const refused = placeInstance(typeNamed("Standard_F4s_v2"), host, nothing, false);
    expect(refused).toMatchObject({ fits: false, code: "TypeTooLarge", message: "Standard_F4s_v2 has 4 cores and 8 GiB; the host has 2 cores and 8 GiB." });
  });
  it("says what is missing when the host is full", () => {
    expect(placeInstance(typeNamed("sluice.large"), host, { cpuCores: 3, memoryMib: 0 }, true)).toMatchObject({
      code: "NoCpu",
      message: "sluice.large needs 2 cores; 1 core of 4 cores are free.",
    });
    expect(placeInstance(typeNamed("sluice.large"), host, { cpuCores: 0, memoryMib: 5000 }, true)).toMatchObject({ code: "NoMemory" });
    expect(placeInstance(typeNamed("Standard_NC4as_T4_v3"), host, nothing, true)).toMatchObject({ code: "NoGpu" });
  });
  it("never promises more than the host with its overcommit", () => {
    fc.assert(
      fc.property(fc.constantFrom(...defaultInstanceTypes), (type) => {
        const count = countFitting(type, host, nothing, true);
        expect(count * Math.min(type.cpuCores, host.cpuCores)).toBeLessThanOrEqual(host.cpuCores * host.cpuOvercommit);
        expect(count * Math.min(type.memoryMib, host.memoryMib)).toBeLessThanOrEqual(host.memoryMib);
      }),
    );
  });
});

describe("instance types", () => {
  it("have unique names, positive sizes and prices", () => {
    expect(new Set(defaultInstanceTypes.map((type) => type.name)).size).toBe(defaultInstanceTypes.length);
    for (const type of defaultInstanceTypes) expect(Math.min(type.cpuCores, type.memoryMib, type.pricePerHour)).toBeGreaterThan(0);
  });
});

describe("addressing", () => {
  it("cuts subnets that never overlap", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 40 }), (maxCounts) => {
        const taken: { index: number; blocks: number }[] = [];
        for (const max of maxCounts) {
          const blocks = blocksFor(max);
          const index = freeBlock(taken, blocks);
          if (index !== null) taken.push({ index, blocks });
        }
        const subnets = taken.map((range) => subnetAt("10.7.0.0/16", range.index, range.blocks)).sort((a, b) => a.first - b.first);
        for (const [position, subnet] of subnets.entries()) expect(subnet.last).toBeLessThan(subnets[position + 1]?.first ?? Infinity);
      }),
    );
  });
  it("names a /26 by its block", () => {
    expect(subnetAt("10.213.0.0/16", 5)).toMatchObject({ cidr: "10.213.1.64/26", gateway: "10.213.1.65" });
    expect(subnetAt("10.213.0.0/16", 4, 2)).toMatchObject({ cidr: "10.213.1.0/25" });
  });
  it("gives no held address, and lets a freed one rest longest", () => {
    const subnet = subnetAt("10.213.0.0/16", 1);
    expect(freeAddress(subnet, [], null)).toBe("10.213.0.66");
    expect(freeAddress(subnet, ["10.213.0.66"], "10.213.0.66")).toBe("10.213.0.67");
    expect(freeAddress(subnet, [], "10.213.0.126")).toBe("10.213.0.66");
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 66, max: 126 })), fc.integer({ min: 66, max: 126 }), (lasts, latest) => {
        const held = lasts.map((last) => `10.213.0.${String(last)}`);
        const address = freeAddress(subnet, held, `10.213.0.${String(latest)}`);
        expect(address === null ? new Set(held).size : Number(!held.includes(address))).toBe(address === null ? 61 : 1);
      }),
    );
  });
  it("frees an address when its container is gone and every gateway runs a revision without it", () => {
    const routed = { containerGone: true, wasRouted: true, unroutedRevision: 7 };
    expect(isAddressFree(routed, [7, 8])).toBe(true);
    expect(isAddressFree(routed, [7, 6])).toBe(false);
    expect(isAddressFree({ ...routed, containerGone: false }, [8])).toBe(false);
    expect(isAddressFree({ ...routed, unroutedRevision: null }, [8])).toBe(false);
    expect(isAddressFree({ ...routed, wasRouted: false, unroutedRevision: null }, [1])).toBe(true);
  });
});
