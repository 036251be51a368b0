import { afterEach, beforeEach, describe } from "vitest";
import type { DriverHarness } from "./harness";
import { buildTests } from "./build-tests";
import { instanceTests } from "./instance-tests";
import { observeTests } from "./observe-tests";
import { registryTests } from "./registry-tests";
import { stageTests } from "./stage-tests";

/** What every compute driver guarantees. `makeHarness` is called for each test. */
export function describeComputeDriver(name: string, makeHarness: () => Promise<DriverHarness>): void {
  describe(`compute driver ${name}`, () => {
    let current: DriverHarness | null = null;
    beforeEach(async () => {
      current = await makeHarness();
    });
    afterEach(async () => {
      await current?.dispose();
    });
    const harness = (): DriverHarness => {
      if (current === null) throw new Error("the harness exists inside tests only");
      return current;
    };
    instanceTests(harness);
    observeTests(harness);
    stageTests(harness);
    buildTests(harness);
    registryTests(harness);
  });
}
