// Counts what passed and failed over all layers.
import fs from "node:fs";

/**
 * `unsteady` are tests that failed first and passed when repeated, each with its first reason: told, and not a failure of the run.
 * @typedef {{ name: string, passed: number, failed: number, skipped: number, ms: number, failures?: readonly string[], unsteady?: readonly string[] }} Layer
 */

const shownLines = 15;
/** The head of a message, without the frames of the test runner itself. */
const firstLines = (text) =>
  text
    .split("\n")
    .filter((line) => !line.includes("/node_modules/"))
    .slice(0, shownLines)
    .join("\n      ");

/** What failed in one file of tests: each test with the head of its first message, or why the file could not be loaded. */
function failuresOf(suite) {
  const failed = suite.assertionResults.filter((result) => result.status === "failed");
  if (failed.length === 0) return suite.status === "failed" ? [`${suite.name}\n      ${firstLines(suite.message)}`] : [];
  return failed.map((result) => `${suite.name} › ${result.fullName}\n      ${firstLines(result.failureMessages[0] ?? "")}`);
}

/** Reads vitest's JSON report, and what `unsteady-reporter.mjs` wrote beside it. A file that could not even be loaded counts as one failure, and so does a stray error. */
export function readVitest(file, unsteadyFile) {
  const report = JSON.parse(fs.readFileSync(file, "utf8"));
  const broken = report.testResults.filter((suite) => suite.status === "failed" && suite.assertionResults.length === 0).length;
  const { unsteady, stray } = fs.existsSync(unsteadyFile) ? JSON.parse(fs.readFileSync(unsteadyFile, "utf8")) : { unsteady: [], stray: [] };
  const told = ({ name, reason }) => `${name}\n      ${firstLines(reason)}`;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken + stray.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: [...report.testResults.flatMap(failuresOf), ...stray.map(told)],
    unsteady: unsteady.map(told),
  };
}

/** Every test of Playwright's report that ended so, with the head of the first failure. */
function browserTests(suite, status) {
  const own = (suite.specs ?? []).flatMap((spec) => spec.tests.filter((test) => test.status === status).map((test) => ({ spec, test })));
  const told = own.map(({ spec, test }) => `${spec.file} › ${spec.title}\n      ${firstLines(test.results[0]?.error?.message ?? "")}`);
  return [...told, ...(suite.suites ?? []).flatMap((inner) => browserTests(inner, status))];
}

/** Reads Playwright's JSON report. */
export function readPlaywright(file) {
  const { stats, errors = [], suites = [] } = JSON.parse(fs.readFileSync(file, "utf8"));
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
    failures: [...suites.flatMap((suite) => browserTests(suite, "unexpected")), ...errors.map(({ message }) => firstLines(message ?? ""))],
    unsteady: suites.flatMap((suite) => browserTests(suite, "flaky")),
  };
}

/** What failed, the table of layers and, last, the line that machines read: a log of which only the end was kept tells all of it. */
export function printTally(layers) {
  for (const { name, unsteady = [] } of layers)
    for (const test of unsteady) console.log(`\n  unsteady, failed first and passed when repeated [${name}] ${test}`);
  for (const { name, failures = [] } of layers) for (const failure of failures) console.log(`\n  failed [${name}] ${failure}`);
  console.log("\nlayer            passed  failed unsteady skipped    time");
  for (const { name, passed, failed, unsteady = [], skipped, ms } of layers)
    console.log(
      `${name.padEnd(16)} ${String(passed).padStart(6)} ${String(failed).padStart(7)} ${String(unsteady.length).padStart(8)} ${String(skipped).padStart(7)} ${(ms / 1000).toFixed(1).padStart(7)} s`,
    );
  const sum = (key) => layers.reduce((total, layer) => total + layer[key], 0);
  const skipped = sum("skipped");
  if (skipped > 0) console.log(`\n${skipped} skipped: what they need is not on this machine`);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
  return sum("failed") === 0 && sum("passed") > 0;
}
