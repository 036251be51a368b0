import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadTestEnvironment } from "#server/kernel/env";
import { freePort } from "#server/testing/free-ports";
import { CommandFailure } from "./project/failure";
import { serve } from "./serve";

// Needs the package index for its virtual environment, hence a layer that may use the network; the budget is 60 s.
describe.skipIf(!loadTestEnvironment().requireEngines)("serve, without an engine", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "serve-"));
    process.env["XDG_CACHE_HOME"] = path.join(folder, "cache");
  });
  afterAll(() => {
    delete process.env["XDG_CACHE_HOME"];
    rmSync(folder, { recursive: true });
  });

  function start(script: string, port: number, signal: AbortSignal, lines: string[]): Promise<void> {
    const file = path.join(folder, "score.py");
    writeFileSync(file, script);
    return serve(file, { modelDir: folder, port, python: "python3", workers: 1, signal, say: (line) => void lines.push(line) });
  }

  it("is the real inference server, and ends with its signal", async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    const port = await freePort();
    const script = "import json, os\ndef init():\n  pass\ndef run(data):\n  return [os.path.basename(os.environ['AZUREML_MODEL_DIR']), json.loads(data)]\n";
    const serving = start(script, port, stop.signal, lines);
    const answer = async (): Promise<Response> => {
      for (;;) {
        const got = await fetch(`http://127.0.0.1:${String(port)}/score`, { method: "POST", body: "[1]" }).catch(() => null);
        if (got !== null) return got;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const scored = await answer();
    expect([scored.status, await scored.json()]).toEqual([200, [path.basename(folder), [1]]]);
    stop.abort();
    await serving;
    expect(lines.join("\n")).toContain("azmlinfsrv - POST /score 200");
  });

  it("points to file and line of what is wrong", async () => {
    const lines: string[] = [];
    const failure: unknown = await start(
      "def init():\n  return undefined_name\ndef run(data):\n  return data\n",
      await freePort(),
      new AbortController().signal,
      lines,
    ).catch((error: unknown) => error);
    if (!(failure instanceof CommandFailure)) throw new Error(String(failure));
    expect(failure.message, lines.join("\n")).toMatch(/^ScriptInitFailed: .*NameError.*score\.py:2\)$/);
  });
});
