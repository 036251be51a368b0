import { expect, it } from "vitest";
import { limitPresets, noLimits } from "./limits";
import { limitsFile, readLimitsFile } from "./limits-file";

it("limits are written with the names of YAML, and read back as they were", () => {
  expect(limitsFile(limitPresets.azure)).toMatchObject({ requests_per_second: 500, bandwidth_bytes_per_second: 5_000_000, slow_caller_ms: null });
  for (const limits of [noLimits, limitPresets.azure]) expect(readLimitsFile(limitsFile(limits))).toEqual({ ok: true, data: limits });
  expect(readLimitsFile({ body_bytes: 7, connections: null })).toEqual({ ok: true, data: { bodyBytes: 7, connections: null } });
});

it.each([
  [{ request_per_second: 5 }, "request_per_second is no limit."],
  [{ connections: "5" }, "connections is a number, or null for no limit."],
  [["connections"], "The file holds no fields."],
  [null, "The file holds no fields."],
])("%o is refused with the fields that there are", (value, message) => {
  const read = readLimitsFile(value);
  expect(read).toMatchObject({ ok: false, error: { code: "limits.invalid", message } });
  expect(read.ok ? "" : read.error.fields[0]?.remedy).toContain("requests_per_second, connections");
});
