import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findTestEngine } from "#server/testing/engine";
import { digestOf, openerOf, uniqueId, type DriverHarness } from "../contract/harness";
import { buildText, createDockerHarness, programImage } from "./test-harness";

const search = await findTestEngine();

describe.skipIf(search.engine === null)("the storage initializer on a real engine", () => {
  let harness: DriverHarness;
  const engine = () => {
    if (search.engine === null) throw new Error(search.reason);
    return search.engine;
  };
  beforeAll(async () => {
    harness = createDockerHarness(engine(), await programImage(engine()));
  });
  afterAll(() => harness.dispose());

  /** Stages one file with an initializer that does this instead. */
  const stageWith = async (name: string, script: string): Promise<unknown> => {
    const dockerfile = `FROM ${engine().images.python}\nENTRYPOINT ["python", "-c", ${JSON.stringify(script)}]\n`;
    const initializerImage = await buildText(engine(), `sluice-test/initializer-${name}:test`, dockerfile, {});
    const content = "weights";
    const files = [{ path: "weights.bin", sha256: digestOf(content), sizeBytes: content.length }];
    const items = [{ kind: "model" as const, target: "model", files }];
    const spec = { deploymentId: uniqueId("dep"), contentHash: digestOf(name), initializerImage, items };
    return harness.driver.stageVolume(spec, openerOf(content), () => undefined);
  };

  it("that somebody killed is no fault of the files: trying again may help", async () => {
    await expect(stageWith("killed", "import os; os.kill(os.getpid(), 9)")).rejects.toMatchObject({ kind: "internal" });
  });

  it("that ran out of memory would do so again", async () => {
    const hog = "hog = []\nwhile True: hog.append(bytearray(16 * 1024 * 1024))";
    expect(await stageWith("hog", hog)).toMatchObject({ ok: false, exitCode: 137 });
  });
});
