import { describe, expect, it } from "vitest";
import { DriverError, driverErrorKinds, type DriverErrorKind } from "#server/drivers/compute-driver";
import { attempt, driverErrorTable } from "./driver-errors";
import { TransientError } from "./runtime/outcome";

const expected: Record<DriverErrorKind, "transient" | "terminal"> = {
  not_found: "transient",
  already_exists: "terminal",
  image_missing: "terminal",
  image_denied: "terminal",
  registry_unreachable: "terminal",
  resources_exhausted: "terminal",
  invalid_config: "terminal",
  unreachable: "transient",
  timeout: "transient",
  internal: "transient",
};

describe("driver errors in a reconciler", () => {
  it.each(driverErrorKinds)("%s is judged as the table says", async (kind) => {
    const call = attempt(() => Promise.reject(new DriverError(kind, "engine's word")));
    expect(driverErrorTable[kind].verdict).toBe(expected[kind]);
    if (expected[kind] === "transient") await expect(call).rejects.toBeInstanceOf(TransientError);
    else expect(await call).toMatchObject({ ok: false, failure: { reason: driverErrorTable[kind].reason, message: "engine's word" } });
  });

  it("what the driver did not foresee passes through", async () => {
    await expect(attempt(() => Promise.reject(new RangeError("x")))).rejects.toBeInstanceOf(RangeError);
  });
});
