import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { printTally, readVitest } from "./tally.mjs";

let folder = "";
const lines = [];
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "tally-"));
  lines.length = 0;
  vi.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true });
});

function report(testResults, counts) {
  const file = path.join(folder, "report.json");
  fs.writeFileSync(file, JSON.stringify({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, ...counts, testResults }));
  return readVitest(file);
}

it("tells which tests failed and why, and counts a file that could not be loaded", () => {
  const failed = { status: "failed", fullName: "a box opens", failureMessages: ["expected 1 to be 2\n    at box.ts:3"] };
  const counts = report(
    [
      { name: "box.test.ts", status: "failed", message: "", assertionResults: [failed, { status: "passed", fullName: "a box closes", failureMessages: [] }] },
      { name: "lid.test.ts", status: "failed", message: "Cannot find module", assertionResults: [] },
      { name: "key.test.ts", status: "passed", message: "", assertionResults: [] },
    ],
    { numPassedTests: 1, numFailedTests: 1 },
  );
  expect(counts).toMatchObject({ passed: 1, failed: 2 });
  expect(printTally([{ name: "docker", ms: 1000, ...counts }])).toBe(false);
  const text = lines.join("\n");
  expect(text).toContain("failed [docker] box.test.ts › a box opens\n      expected 1 to be 2");
  expect(text).toContain("failed [docker] lid.test.ts\n      Cannot find module");
  expect(text).not.toContain("closes");
  expect(lines.at(-1)).toBe("\n1 passed, 2 failed");
});

it("says yes only when something passed and nothing failed", () => {
  expect(printTally([])).toBe(false);
  expect(printTally([{ name: "unit", ms: 1, ...report([], { numPassedTests: 3 }) }])).toBe(true);
});
