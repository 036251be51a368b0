import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { which } from "./apt.mjs";
import { installationId } from "./engine.mjs";

const possible = process.platform === "linux" && process.getuid?.() === 0 && which("dockerd") !== undefined && which("unshare") !== undefined;

// A second engine in this network namespace would rewrite the first one's packet filter, so it gets a namespace of its own.
describe.skipIf(!possible)("an engine of our own", () => {
  const home = mkdtempSync(path.join(os.tmpdir(), "own-engine-"));
  const other = mkdtempSync(path.join(os.tmpdir(), "other-clone-"));
  afterAll(() => {
    for (const folder of [home, other, `/run/sluice-${installationId(home)}`]) rmSync(folder, { recursive: true, force: true });
  });

  it("is started once, shared by a second clone, and ended only by the clone that started it", () => {
    const script = `
      const { ensureEngine, stopEngine, probeSocket } = await import(${JSON.stringify(fileURLToPath(new URL("./engine.mjs", import.meta.url)))});
      const [home, other] = process.argv.slice(1);
      const shared = (from) => ensureEngine({ home: from, env: { PATH: process.env.PATH }, homedir: from, standardSocket: home + "/docker.sock" });
      const out = {};
      try {
        const [first, twin] = await Promise.all([shared(home), shared(home)]);
        out.first = first; out.same = first.socketPath === twin.socketPath;
        const at = performance.now();
        out.again = await shared(home);
        out.ms = performance.now() - at;
        out.second = await shared(other);
        out.endedByOther = await stopEngine({ home: other });
        out.stillUp = (await probeSocket(first.socketPath)).state;
      } finally {
        out.ended = await stopEngine({ home });
      }
      out.endedTwice = await stopEngine({ home });
      out.after = (await probeSocket(home + "/docker.sock")).state;
      console.log(JSON.stringify(out));
    `;
    const result = spawnSync("unshare", ["--net", process.execPath, "--input-type=module", "-e", script, home, other], { encoding: "utf8", timeout: 120_000 });
    expect(result.stderr).toBe("");
    const out = JSON.parse(result.stdout);
    expect(out).toMatchObject({
      first: { startedByUs: true, socketPath: path.join(home, "docker.sock") },
      same: true,
      again: { startedByUs: true },
      second: { startedByUs: false, socketPath: path.join(home, "docker.sock") },
      endedByOther: false,
      stillUp: "up",
      ended: true,
      endedTwice: false,
    });
    expect(out.ms).toBeLessThan(1000);
    expect(["absent", "dead"]).toContain(out.after);
  });
});
