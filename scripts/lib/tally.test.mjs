import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { printTally, readPlaywright, readVitest } from "./tally.mjs";

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

function report(testResults, counts, unsteady, stray = []) {
  const file = path.join(folder, "report.json");
  if (unsteady) fs.writeFileSync(path.join(folder, "unsteady.json"), JSON.stringify({ unsteady, stray }));
  fs.writeFileSync(file, JSON.stringify({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, ...counts, testResults }));
  return readVitest(file, path.join(folder, "unsteady.json"));
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

it("tells what passed only when repeated, and why it failed first, without failing the run", () => {
  const counts = report([], { numPassedTests: 2 }, [{ name: "box.test.ts › a box opens", reason: "expected 1 to be 2" }]);
  expect(printTally([{ name: "docker", ms: 1000, ...counts }])).toBe(true);
  const text = lines.join("\n");
  expect(text).toContain("unsteady, failed first and passed when repeated [docker] box.test.ts › a box opens\n      expected 1 to be 2");
  expect(text).toMatch(/docker\s+2\s+0\s+1\s+0/);
});

it("fails a run in which every test passed and an error belonged to none, and tells it", () => {
  const counts = report([], { numPassedTests: 2 }, [], [{ name: "Unhandled Rejection outside of any test", reason: "the connection ended" }]);
  expect(printTally([{ name: "integration", ms: 1000, ...counts }])).toBe(false);
  expect(lines.join("\n")).toContain("failed [integration] Unhandled Rejection outside of any test\n      the connection ended");
});

it("reads which tests in the browser failed, and which only at first", () => {
  const test = (title, status, message) => ({ title, file: "full/box.spec.ts", tests: [{ status, results: [{ error: { message } }, {}] }] });
  const suites = [{ suites: [{ specs: [test("opens", "flaky", "too slow"), test("closes", "expected"), test("holds", "unexpected", "it leaks")] }] }];
  const file = path.join(folder, "browser.json");
  fs.writeFileSync(file, JSON.stringify({ stats: { expected: 1, flaky: 1, unexpected: 1, skipped: 0 }, errors: [], suites }));
  expect(readPlaywright(file)).toEqual({
    passed: 2,
    failed: 1,
    skipped: 0,
    failures: ["full/box.spec.ts › holds\n      it leaks"],
    unsteady: ["full/box.spec.ts › opens\n      too slow"],
  });
});
