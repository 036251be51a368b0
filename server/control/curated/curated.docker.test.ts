import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testControlSettings } from "#server/testing/control-world";
import { findTestEngine } from "#server/testing/engine";
import { EngineWorld } from "#server/testing/engine-world";
import { readCuratedFolder } from "./folder";

const search = await findTestEngine();
const root = fileURLToPath(new URL("../../..", import.meta.url));
const limitMs = 900_000;
/** The others' packages are what the product's own tests of their model kinds install already. */
const built = [
  ["sluice-minimal", /^pkg:pypi\/azureml-inference-server-http@/],
  ["sluice-pytorch-cpu", /^pkg:deb\/debian\/python3-torch@/],
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
