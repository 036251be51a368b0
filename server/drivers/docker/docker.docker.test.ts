import { describe, it } from "vitest";
import { findTestEngine } from "#server/testing/engine";
import { describeComputeDriver } from "../contract/suite";
import { createDockerHarness, programImage } from "./test-harness";

const search = await findTestEngine();
if (search.engine === null) {
  describe("compute driver docker", () => {
    it.skip(search.reason, () => undefined);
  });
} else {
  const { engine } = search;
  const image = await programImage(engine);
  describeComputeDriver("docker", () => Promise.resolve(createDockerHarness(engine, image)));
}
