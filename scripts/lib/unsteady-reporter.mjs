// Vitest's reporter of what failed first and passed when repeated: its own JSON report counts such a test as passed and forgets why it failed.
import fs from "node:fs";

export default class UnsteadyReporter {
  unsteady = [];

  onTestCaseResult(test) {
    if (!test.diagnostic()?.flaky) return;
    const [first] = test.result().errors ?? [];
    this.unsteady.push({ name: `${test.module.relativeModuleId} › ${test.fullName}`, reason: first?.stack ?? first?.message ?? "" });
  }

  onTestRunEnd() {
    fs.writeFileSync(process.env.SLUICE_UNSTEADY_FILE ?? "unsteady.json", JSON.stringify(this.unsteady));
  }
}
