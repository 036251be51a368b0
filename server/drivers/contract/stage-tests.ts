import { describe, expect, it } from "vitest";
import type { StageSpec } from "../compute-driver";
import { digestOf, openerOf, ready, runSpec, uniqueId, type DriverHarness } from "./harness";

const weights = "model weights\n".repeat(1000);
const script = "def init(): pass\n";
const fileOf = (path: string, content: string) => ({ path, sha256: digestOf(content), sizeBytes: Buffer.byteLength(content) });

export function stageTests(harness: () => DriverHarness): void {
  const stageSpec = (overrides: Partial<StageSpec> = {}): StageSpec => ({
    deploymentId: uniqueId("dep"),
    contentHash: digestOf("content"),
    initializerImage: harness().initializerImage,
    items: [
      { kind: "model", target: "azureml-models/diabetes/1/model", files: [fileOf("weights.bin", weights), fileOf("meta/copy.bin", weights)] },
      { kind: "code", target: "onlinescoring", files: [fileOf("score.py", script)] },
    ],
    ...overrides,
  });
  const stage = async (spec: StageSpec, open = openerOf(weights, script)) => {
    const log: string[] = [];
    const outcome = await harness().driver.stageVolume(spec, open, (line) => log.push(line));
    return { outcome, log };
  };

  describe("staging", () => {
    it("puts every file into the deployment's volume, says so, and does it once", async () => {
      const spec = stageSpec();
      const first = await stage(spec);
      if (!first.outcome.ok) throw new Error(first.outcome.message);
      expect(first.log.some((line) => line.includes("done"))).toBe(true);
      expect(await harness().listVolume(first.outcome.volume)).toEqual([
        "azureml-models/diabetes/1/model/meta/copy.bin 14000",
        "azureml-models/diabetes/1/model/weights.bin 14000",
        "onlinescoring/score.py 17",
      ]);
      const again = await stage(spec, openerOf());
      expect(again.outcome).toEqual(first.outcome);
      const owned = await harness().driver.listOwned();
      expect(owned.volumes).toMatchObject([{ name: first.outcome.volume, deploymentId: spec.deploymentId, contentHash: spec.contentHash }]);
      expect(Math.abs((owned.volumes[0]?.createdAt ?? 0) - Date.now())).toBeLessThan(60_000);
      await harness().driver.removeVolume(first.outcome.volume);
      await harness().driver.removeVolume(first.outcome.volume);
      expect((await harness().driver.listOwned()).volumes).toEqual([]);
    });

    it("gives volumes that instances can mount, and keeps them from removal while they do", async () => {
      const spec = stageSpec();
      const { outcome } = await stage(spec);
      if (!outcome.ok) throw new Error(outcome.message);
      const network = harness().network(spec.deploymentId);
      const run = runSpec(harness(), network, { kind: "serve" }, { mounts: [{ volume: outcome.volume, subPath: "", target: "/var/azureml-app" }] });
      await harness().driver.ensureNetwork(network);
      await harness().driver.createInstance(run);
      await harness().driver.startInstance(run.instanceId);
      await ready(harness().driver, run);
      await expect(harness().driver.removeVolume(outcome.volume)).rejects.toMatchObject({ kind: "already_exists" });
    });

    it("says a missing file with the initializer's exit code and the file's name", async () => {
      const { outcome, log } = await stage(stageSpec(), openerOf(script));
      expect(outcome).toMatchObject({ ok: false, exitCode: 3 });
      expect(outcome).toHaveProperty("message", expect.stringMatching(/missing.*(weights|copy)\.bin/));
      expect(log.at(-1)).toContain("failed");
    });

    it("says a wrong checksum with the initializer's exit code", async () => {
      const wrong = `${weights.slice(0, -1)}X`;
      const { outcome, log } = await stage(stageSpec(), (sha256) => openerOf(wrong, script)(sha256 === digestOf(weights) ? digestOf(wrong) : sha256));
      expect(outcome).toMatchObject({ ok: false, exitCode: 2 });
      expect(outcome).toHaveProperty("message", expect.stringContaining(digestOf(weights)));
      expect(log.at(-1)).toContain("failed");
    });

    it.each(["shorter", "longer"])("says a file that is %s than promised", async (how) => {
      const other = how === "shorter" ? weights.slice(1) : `${weights}x`;
      const { outcome } = await stage(stageSpec(), (sha256) => openerOf(other, script)(sha256 === digestOf(weights) ? digestOf(other) : sha256));
      expect(outcome).toMatchObject({ ok: false, exitCode: 2 });
    });

    it("can be repeated after a failure", async () => {
      const spec = stageSpec();
      expect((await stage(spec, openerOf(script))).outcome.ok).toBe(false);
      expect((await stage(spec)).outcome.ok).toBe(true);
    });

    it("makes a volume anew that a crash left half filled", async () => {
      const spec = stageSpec();
      await harness().halfFill(spec);
      const { outcome } = await stage(spec);
      if (!outcome.ok) throw new Error(outcome.message);
      expect(await harness().listVolume(outcome.volume)).toHaveLength(3);
    });

    it("removes a volume that a crash left half filled, with what was filling it", async () => {
      const { driver } = harness();
      await harness().halfFill(stageSpec());
      const [volume] = (await driver.listOwned()).volumes;
      await driver.removeVolume(volume?.name ?? "");
      expect((await driver.listOwned()).volumes).toEqual([]);
    });

    it("passes on what the store fails with", async () => {
      await expect(stage(stageSpec(), () => Promise.reject(new Error("disk is gone")))).rejects.toThrow("disk is gone");
    });

    it("refuses targets outside the volume, and a missing initializer", async () => {
      for (const target of ["", "../x", "/x", ".incoming"])
        await expect(stage(stageSpec({ items: [{ kind: "code", target, files: [] }] }))).rejects.toMatchObject({ kind: "invalid_config" });
      await expect(stage(stageSpec({ initializerImage: "sluice-contract/none:1" }))).rejects.toMatchObject({ kind: "image_missing" });
    });
  });
}
