// Vitest's reporter of what its own JSON report forgets: why a test failed first that passed when repeated, and errors that belong to no test
// (a rejection nobody handled), which fail a run in which every test passed.
import fs from "node:fs";

const reasonOf = (error) => error?.stack ?? error?.message ?? String(error ?? "");

export default class UnsteadyReporter {
  unsteady = [];

  onTestCaseResult(test) {
    if (!test.diagnostic()?.flaky) return;
    const [first] = test.result().errors ?? [];
    this.unsteady.push({ name: `${test.module.relativeModuleId} › ${test.fullName}`, reason: reasonOf(first) });
  }

  onTestRunEnd(_modules, unhandledErrors) {
    const stray = unhandledErrors.map((error) => ({ name: `${error.type ?? "unhandled error"} outside of any test`, reason: reasonOf(error) }));
    fs.writeFileSync(process.env.SLUICE_UNSTEADY_FILE ?? "unsteady.json", JSON.stringify({ unsteady: this.unsteady, stray }));
  }
}
