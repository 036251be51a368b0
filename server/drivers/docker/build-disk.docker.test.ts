import { statfs } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { classifyBuildFailure } from "#server/domain/environment/build-failure";
import { findTestEngine, type TestEngine } from "#server/testing/engine";
import type { BuildSpec } from "../compute-driver";
import { buildSpec, openerOf, type DriverHarness } from "../contract/harness";
import { createDockerHarness, programImage } from "./test-harness";

const search = await findTestEngine();

/** Budget on two busy cores: one minute. */
describe.skipIf(search.engine === null)("the disk of a build", () => {
  let engine: TestEngine;
  let harness: DriverHarness & { readonly installation: string };
  beforeAll(async () => {
    if (search.engine === null) return;
    engine = search.engine;
    harness = createDockerHarness(engine, await programImage(engine));
  });
  afterAll(() => harness.dispose());

  const build = async (lines: readonly string[], limits: Partial<BuildSpec>) => {
    const log: string[] = [];
    const outcome = await harness.driver.buildImage(buildSpec(harness, lines, limits), openerOf(), (line) => log.push(line));
    return { outcome, log, told: outcome.ok ? null : classifyBuildFailure(log, outcome.message) };
  };
  const containersOf = async (command: string) => (await engine.docker.listContainers({ all: true })).filter(({ Command }) => Command.includes(command));
  const layersOf = async (log: readonly string[]) => {
    const ids = log.flatMap((line) => /^ ---> ([0-9a-f]{12})$/.exec(line)?.[1] ?? []);
    const all = (await engine.docker.listImages({ all: true })).map(({ Id }) => Id.slice("sha256:".length, "sha256:".length + 12));
    // The first is the base's own.
    return ids.slice(1).filter((id) => all.includes(id));
  };

  it("has a bound: a step that writes without end is stopped there, says so, and leaves nothing", async () => {
    const endless = "dd if=/dev/zero of=/endless bs=1M";
    const { outcome, log, told } = await build([`RUN ${endless}`, "RUN echo never"], { diskMib: 200 });
    expect(outcome.ok).toBe(false);
    expect(told).toMatchObject({
      reason: "DiskFull",
      message: `The build wrote more than the 200 MiB of disk that it may use; it was stopped in step 3, RUN ${endless}.`,
    });
    expect(told?.hint).toContain("SLUICE_BUILD_DISK_GIB");
    expect(told?.lines.at(-1)).toBe(told?.message);
    expect(log).not.toContain("never");
    expect(await containersOf(endless)).toEqual([]);
    expect(await layersOf(log)).toEqual([]);
    expect((await harness.driver.listOwned()).images).toEqual([]);
  });

  it("counts the layers of earlier steps, however small each is", async () => {
    const write = (name: string) => `RUN dd if=/dev/zero of=/${name} bs=1M count=60 && sleep 2`;
    const { log, told } = await build(["one", "two", "three", "four", "five", "six"].map(write), { diskMib: 150 });
    expect(told?.reason).toBe("DiskFull");
    expect(told?.message).toContain("in step 5, RUN dd if=/dev/zero of=/three");
    expect(await layersOf(log)).toEqual([]);
  });

  it("is not charged for the base, nor for what an earlier build made", async () => {
    const spec = buildSpec(harness, ["RUN dd if=/dev/zero of=/kept bs=1M count=80", "RUN sleep 2"], { diskMib: 120 });
    const first = await harness.driver.buildImage(spec, openerOf(), () => undefined);
    const more = { ...spec, contentHash: "f".repeat(64), dockerfile: `${spec.dockerfile}RUN dd if=/dev/zero of=/more bs=1M count=80 && sleep 2\n` };
    const second = await harness.driver.buildImage(more, openerOf(), () => undefined);
    expect([first.ok, second.ok]).toEqual([true, true]);
  });

  it("keeps some of the engine's disk free: with less no build begins, and one that runs is stopped", async () => {
    const { log, told } = await build(["RUN true"], { freeDiskMib: 1024 ** 3 });
    expect(told).toMatchObject({
      reason: "DiskFull",
      message: expect.stringMatching(/^The engine's disk has \S+ GiB left, less than the 1048576 GiB that builds leave free, so none begins\.$/) as string,
    });
    expect(told?.hint).toContain("Free space on the engine's disk");
    expect(log).toEqual([told?.message]);
  });

  it("is watched while it runs out", async () => {
    const { bavail, bsize } = await statfs(((await engine.docker.info()) as { DockerRootDir: string }).DockerRootDir);
    const free = Math.floor((bavail * bsize) / 1024 ** 2);
    const { told } = await build([`RUN dd if=/dev/zero of=/filling bs=1M count=400 && sleep 60`], { freeDiskMib: free - 200 });
    expect(told).toMatchObject({ reason: "DiskFull", message: expect.stringContaining("that builds leave free; it was stopped in step 3, RUN dd") as string });
    expect(await containersOf("of=/filling")).toEqual([]);
  });
});
