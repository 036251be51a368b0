import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testControlSettings } from "#server/testing/control-world";
import { findTestEngine } from "#server/testing/engine";
import { EngineWorld } from "#server/testing/engine-world";
import { readCuratedFolder } from "./folder";

const search = await findTestEngine();
const root = fileURLToPath(new URL("../../..", import.meta.url));
const limitMs = 900_000;
/** Every one, with a package that says that its versions were to be had. */
const built = [
  ["sluice-minimal", /^pkg:pypi\/azureml-inference-server-http@/],
  ["sluice-sklearn", /^pkg:pypi\/scikit-learn@1\.7\.2$/],
  ["sluice-boosting", /^pkg:pypi\/xgboost-cpu@3\.1\.2$/],
  ["sluice-mlflow", /^pkg:pypi\/mlflow@3\.6\.0$/],
  ["sluice-onnxruntime", /^pkg:pypi\/onnxruntime@1\.23\.2$/],
  ["sluice-pytorch-cpu", /^pkg:deb\/debian\/python3-torch@/],
  ["sluice-triton-cpu", /^pkg:pypi\/nvidia-pytriton@0\.7\.0$/],
] as const;

describe.skipIf(search.engine === null)("environments that come with the product", () => {
  let world: EngineWorld;
  beforeAll(async () => {
    if (search.engine === null) throw new Error("no engine");
    // Debian's PyTorch brings some hundred packages along, which takes minutes on a busy machine.
    const build = { ...testControlSettings.build, timeoutMs: limitMs, memoryMib: 2048, cpuCores: 2 };
    world = await EngineWorld.open(search.engine, { curated: readCuratedFolder(root, null), build });
  }, 60_000);
  afterAll(() => world.close());

  it.each(built)(
    "%s is built by a real engine and says what is in it",
    async (name, wanted) => {
      const version = await world.until(`${name} is registered`, () => world.store.environments.findByNameVersion(world.workspaceId, name, 1));
      const build = await world.ended((await world.request(version)).id, limitMs);
      expect(build, (await world.log(build.id)).slice(-20).join("\n")).toMatchObject({ state: "Succeeded", bases: [{ reference: "platform" }] });
      const sbom = await world.store.sboms.find(build.id);
      const purls = (sbom?.document["components"] as { purl: string }[]).map(({ purl }) => purl);
      expect(purls).toEqual(expect.arrayContaining([expect.stringMatching(wanted)]));
    },
    limitMs + 60_000,
  );
});
