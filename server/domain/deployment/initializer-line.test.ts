import { describe, expect, it } from "vitest";
import { initializerLine } from "./initializer-line";

describe("initializerLine", () => {
  it.each([
    [{ event: "fetched", files: 2, bytes: 3 * 1024 * 1024, ms: 1234 }, "fetched 2 files, 3.0 MiB, from the artifact store in 1.2 s"],
    [{ event: "started", files: 1, bytes: 5 }, "verifies 1 file, 5 bytes"],
    [{ event: "verified", path: "ab", bytes: 2048, sha256: "ab", ms: 4 }, "verified 2.0 KiB of sha256 ab in 4 ms"],
    [{ event: "placed", path: "models/m/1/w.bin", bytes: 5, sha256: "ab", ms: 0 }, "placed models/m/1/w.bin: 5 bytes, sha256 ab in 0 ms"],
    [{ event: "done", files: 2, bytes: 5, ms: 10, repeated: true }, "done: 2 files, 5 bytes in 10 ms, all in place before"],
    [{ event: "failed", code: 2, reason: "w.bin has 4 bytes, expected 5" }, "failed: w.bin has 4 bytes, expected 5"],
  ])("says %j in words", (said, text) => {
    expect(initializerLine(JSON.stringify(said))).toBe(text);
  });

  it("leaves alone what it does not know", () => {
    for (const text of ["Killed", "", "[]", "null", '{"event":"other"}', "{"]) expect(initializerLine(text)).toBe(text);
  });
});
