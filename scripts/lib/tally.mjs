// Counts what passed and failed over all layers.
import fs from "node:fs";

/** @typedef {{ name: string, passed: number, failed: number, skipped: number, ms: number, failures?: readonly string[] }} Layer */

const shownLines = 15;
const firstLines = (text) => text.split("\n").slice(0, shownLines).join("\n      ");

/** What failed in one file of tests: each test with the head of its first message, or why the file could not be loaded. */
function failuresOf(suite) {
  const failed = suite.assertionResults.filter((result) => result.status === "failed");
  if (failed.length === 0) return suite.status === "failed" ? [`${suite.name}\n      ${firstLines(suite.message)}`] : [];
  return failed.map((result) => `${suite.name} › ${result.fullName}\n      ${firstLines(result.failureMessages[0] ?? "")}`);
}

/** Reads vitest's JSON report. A file that could not even be loaded counts as one failure. */
export function readVitest(file) {
  const report = JSON.parse(fs.readFileSync(file, "utf8"));
  const broken = report.testResults.filter((suite) => suite.status === "failed" && suite.assertionResults.length === 0).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: report.testResults.flatMap(failuresOf),
  };
}

/** Reads Playwright's JSON report; a test that passed only when repeated counts as failed. */
export function readPlaywright(file) {
  const { stats, errors } = JSON.parse(fs.readFileSync(file, "utf8"));
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + (errors?.length ?? 0), skipped: stats.skipped };
}

/** What failed, the table of layers and, last, the line that machines read: a log of which only the end was kept tells all of it. */
export function printTally(layers) {
  for (const { name, failures = [] } of layers) for (const failure of failures) console.log(`\n  failed [${name}] ${failure}`);
  console.log("\nlayer            passed  failed skipped    time");
  for (const { name, passed, failed, skipped, ms } of layers)
    console.log(
      `${name.padEnd(16)} ${String(passed).padStart(6)} ${String(failed).padStart(7)} ${String(skipped).padStart(7)} ${(ms / 1000).toFixed(1).padStart(7)} s`,
    );
  const sum = (key) => layers.reduce((total, layer) => total + layer[key], 0);
  const skipped = sum("skipped");
  if (skipped > 0) console.log(`\n${skipped} skipped: what they need is not on this machine`);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
  return sum("failed") === 0 && sum("passed") > 0;
}
