import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { sortedPackages } from "#server/domain/environment/packages";
import { buildSpec, openerOf, runSpec, uniqueId, type DriverHarness } from "./harness";

export function buildTests(harness: () => DriverHarness): void {
  const build = async (spec: ReturnType<typeof buildSpec>, signal?: AbortSignal) => {
    const log: string[] = [];
    const outcome = await harness().driver.buildImage(spec, openerOf(), (line) => log.push(line), signal);
    return { outcome, log };
  };

  describe("images", () => {
    it("are built once per content, listed, found and removed", async () => {
      const { driver } = harness();
      const spec = buildSpec(harness(), ["RUN true"]);
      const { outcome, log } = await build(spec);
      if (!outcome.ok) throw new Error(outcome.message);
      expect(log.some((line) => line.startsWith("Step 1/"))).toBe(true);
      expect(await driver.findImage(outcome.image.reference)).toEqual(outcome.image);
      const again = await build(spec);
      expect(again).toEqual({ outcome, log: [] });
      expect((await driver.listOwned()).images).toMatchObject([{ reference: outcome.image.reference, contentHash: spec.contentHash }]);
      await driver.removeImage(outcome.image.reference);
      await driver.removeImage(outcome.image.reference);
      expect(await driver.findImage(outcome.image.reference)).toBeNull();
    });

    it("of the platform are listed by name, and stay while an instance has them", async () => {
      const { driver } = harness();
      const name = uniqueId("platform").toLowerCase().replaceAll("_", "-");
      const reference = await harness().platformImage(name);
      const listed = async () => (await driver.listPlatformImages()).filter((image) => image.name === name);
      expect(await listed()).toMatchObject([{ reference, name }]);
      expect(Math.abs(Date.now() - ((await listed())[0]?.createdAt ?? 0))).toBeLessThan(600_000);
      const network = harness().network(uniqueId("dep"));
      await driver.ensureNetwork(network);
      const spec = { ...runSpec(harness(), network, { kind: "serve" }), image: reference };
      await driver.createInstance(spec);
      await expect(driver.removeImage(reference)).rejects.toMatchObject({ kind: "already_exists" });
      await driver.removeInstance(spec.instanceId);
      await driver.removeImage(reference);
      expect(await listed()).toEqual([]);
    });

    it("that fail to build are an outcome with the exit code", async () => {
      const { outcome, log } = await build(buildSpec(harness(), ["RUN exit 9"]));
      expect(outcome).toMatchObject({ ok: false, exitCode: 9 });
      expect(log.length).toBeGreaterThan(0);
      expect((await harness().driver.listOwned()).images).toEqual([]);
    });

    it("of a Dockerfile without a base are an outcome too", async () => {
      const { outcome } = await build({ ...buildSpec(harness(), []), dockerfile: "RUN true\n" });
      expect(outcome).toMatchObject({ ok: false, exitCode: null });
    });

    it("stop building when cancelled", async () => {
      const cancel = new AbortController();
      const spec = buildSpec(harness(), ["RUN sleep 300"]);
      const building = harness().driver.buildImage(
        spec,
        openerOf(),
        (line) => {
          if (line.includes("sleep 300")) cancel.abort(new Error("cancelled by test"));
        },
        cancel.signal,
      );
      await expect(building).rejects.toThrow("cancelled by test");
    });

    it("that take too long are an outcome that says so", async () => {
      const { outcome } = await build(buildSpec(harness(), ["RUN sleep 300"], { timeoutMs: 1500 }));
      expect(outcome).toMatchObject({ ok: false, exitCode: null });
      expect(outcome).toHaveProperty("message", expect.stringContaining("took longer"));
    });

    it("tell what is installed in them, and have nothing where there is nothing", async () => {
      const { driver } = harness();
      const { reference, names } = await harness().imageWithPackages();
      const script = await readFile(new URL("../../../images/serving/list-packages.py", import.meta.url), "utf8");
      const { system, packages } = await driver.inspectPackages(reference, script);
      expect(system.id).not.toBe("");
      expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining([...names]));
      expect(packages).toEqual(sortedPackages(packages));
      const atOnce = await Promise.all([driver.inspectPackages(reference, script), driver.inspectPackages(reference, script)]);
      expect(atOnce).toEqual([
        { system, packages },
        { system, packages },
      ]);
      expect((await driver.listOwned()).inspectors).toEqual([]);
      await expect(driver.inspectPackages(`sluice-contract/none:${uniqueId("tag").toLowerCase()}`, script)).rejects.toMatchObject({ kind: "image_missing" });
    });

    it("that nobody has are null", async () => {
      expect(await harness().driver.findImage(`sluice-contract/none:${uniqueId("tag").toLowerCase()}`)).toBeNull();
    });
  });
}
