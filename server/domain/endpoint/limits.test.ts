import { describe, expect, it } from "vitest";
import { judgeLimits, limitNames, limitPresets, limitRanges, noLimits, presetOf, shareOfLimit } from "./limits";

const fieldsOf = (limits: Partial<typeof noLimits>) => {
  const judged = judgeLimits({ ...noLimits, ...limits });
  return judged.ok ? [] : judged.error.fields;
};

describe("limits of an endpoint", () => {
  it("are taken at both ends of their ranges, and none at all", () => {
    for (const end of ["least", "most"] as const) {
      const limits = Object.fromEntries(limitNames.map((name) => [name, limitRanges[name][end]]));
      expect(fieldsOf(limits)).toEqual([]);
    }
    expect(fieldsOf({})).toEqual([]);
  });

  it("are refused one beyond either end, or broken, each with its field, range and remedy", () => {
    for (const name of limitNames) {
      const { least, most, unit } = limitRanges[name];
      for (const value of [least - 1, most + 1, least + 0.5, NaN]) {
        const [field, ...more] = fieldsOf({ [name]: value });
        expect(more).toEqual([]);
        expect(field?.path).toBe(`limits.${name}`);
        expect(field?.message).toContain(`${most.toLocaleString("en")} ${unit}`);
        expect(field?.remedy).toContain("null for no limit");
      }
    }
    expect(fieldsOf({ connections: 0, uriBytes: 1 }).map(({ path }) => path)).toEqual(["limits.connections", "limits.uriBytes"]);
  });

  it("are Azure's by name, and one's own when they differ from every preset", () => {
    expect(limitPresets.azure).toMatchObject({ requestsPerSecond: 500, connections: 500, newConnectionsPerSecond: 500, bandwidthBytesPerSecond: 5_000_000 });
    expect(presetOf(limitPresets.azure)).toBe("azure");
    expect(presetOf({ ...noLimits })).toBe("none");
    expect(presetOf({ ...limitPresets.azure, bodyBytes: 7 })).toBeNull();
    expect(judgeLimits(limitPresets.azure).ok).toBe(true);
  });

  it("are shared in equal parts of one at least", () => {
    expect([shareOfLimit(500, 2), shareOfLimit(5, 2), shareOfLimit(1, 3), shareOfLimit(7, 0), shareOfLimit(null, 2)]).toEqual([250, 2, 1, 7, null]);
  });
});
