import { afterEach, beforeEach, expect, it } from "vitest";
import { readCurated, type CuratedEnvironment } from "#server/domain/environment/curated";
import { buildEnvironmentVersion, buildWorkspace } from "#server/testing/builders";
import { ControlWorld, SimulatedCrash } from "#server/testing/control-world";

const texts = new Map([
  ["triton/Dockerfile", "ARG SLUICE_BASE_IMAGE\nFROM ${SLUICE_BASE_IMAGE}\nCOPY start.sh /start\n"],
  ["triton/start.sh", "#!/bin/sh\n"],
]);
const read = (path: string): string => texts.get(path) ?? "";
const sklearn = (version: string): CuratedEnvironment => readCurated(`name: sluice-sklearn\ndescription: S\nrequirements: scikit-learn==${version}\n`, read);
const triton = readCurated("name: sluice-triton\ndescription: T\ndockerfile: triton/Dockerfile\nfiles: [triton/start.sh]\n", read);

let world: ControlWorld;
const curated: CuratedEnvironment[] = [];
beforeEach(async () => {
  curated.splice(0, curated.length, sklearn("1"), triton);
  world = await ControlWorld.open({ settings: { curated } });
});
afterEach(() => world.close());

const versions = async (workspaceId = world.workspaceId) =>
  (await world.store.environments.listVersions(workspaceId)).map(({ name, version }) => `${name}:${String(version)}`).sort();

it("environments of the product are in every workspace once, built by nobody, and a new version when a definition changes", async () => {
  await world.settle();
  expect(await versions()).toEqual(["sluice-sklearn:1", "sluice-triton:1"]);
  const [version] = await world.store.environments.listVersions(world.workspaceId, "sluice-sklearn");
  expect(version).toMatchObject({ createdBy: "Sluice", anonymous: false, spec: { requirements: "scikit-learn==1" } });
  expect(await world.store.builds.listAll()).toEqual([]);

  const other = await buildWorkspace(world.store);
  await world.restart();
  await world.settle();
  expect(await versions()).toEqual(["sluice-sklearn:1", "sluice-triton:1"]);
  expect(await versions(other.id)).toEqual(["sluice-sklearn:1", "sluice-triton:1"]);

  curated[0] = sklearn("2");
  await world.restart();
  await world.settle();
  expect(await versions()).toEqual(["sluice-sklearn:1", "sluice-sklearn:2", "sluice-triton:1"]);
});

it("one with a Dockerfile is built from the product's files when a deployment names it", async () => {
  await world.settle();
  const version = await world.store.environments.findByNameVersion(world.workspaceId, "sluice-triton", 1);
  const code = await world.store.codes.findById(version?.spec.contextCodeId ?? "");
  expect(code).toMatchObject({ anonymous: true, createdBy: "Sluice", files: [{ path: "start.sh" }] });
  const blue = await world.deployment(await world.endpoint(), "blue", { environmentVersionId: version?.id ?? "", codeConfiguration: null });
  await world.untilState(blue.id, "Succeeded");
  expect(await world.store.builds.listAll()).toMatchObject([{ environmentVersionId: version?.id, state: "Succeeded", bases: [{ reference: "platform" }] }]);
});

it("a name that somebody took before stays theirs", async () => {
  const mine = await buildWorkspace(world.store);
  await buildEnvironmentVersion(world.store, mine.id, { name: "sluice-sklearn" });
  await world.restart();
  await world.settle();
  expect(await versions(mine.id)).toEqual(["sluice-sklearn:1", "sluice-triton:1"]);
  expect((await world.store.environments.findByNameVersion(mine.id, "sluice-sklearn", 1))?.curated).toBeNull();
});

it("a crash at any write leaves no half of them, and the next start completes them", async () => {
  await world.settle();
  curated[0] = sklearn("3");
  let left = 1;
  world.onWrite = (when) => {
    if (when === "after" && left-- === 0) throw new SimulatedCrash();
  };
  await world.restart();
  await world.settle().catch(() => undefined);
  world.onWrite = () => undefined;
  await world.restart();
  await world.settle();
  expect(await versions()).toEqual(["sluice-sklearn:1", "sluice-sklearn:2", "sluice-triton:1"]);
});
