import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InstanceEnd } from "./end";
import { instanceEndCause } from "./exit";
import { lastTraceback } from "./traceback";

/** Logs of the real inference server, version 1.5.1, each from a container with the fault in its name. */
const log = (name: string): readonly string[] => readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), "utf8").split("\n");
const exited: InstanceEnd = { exitCode: 3, outOfMemory: false, error: "" };
const neverReady: InstanceEnd = { exitCode: null, outOfMemory: false, error: "", neverReady: true };

describe("instanceEndCause on logs of the real server", () => {
  it.each<[string, InstanceEnd, string, RegExp, RegExp]>([
    ["missing-init", exited, "ScriptMissingInit", /no init\(\)/, /init\(\)/],
    ["missing-run", exited, "ScriptMissingRun", /no run\(\)/, /run\(data\)/],
    ["syntax-error", exited, "ScriptSyntaxError", /score\.py:2: '\(' was never closed/, /Correct/],
    ["module-missing", exited, "ScriptImportError", /module sklearn is not installed at score\.py:1/, /requirements: scikit-learn/],
    ["name-missing", exited, "ScriptImportError", /cannot import name 'nonsense'/, /pin the version/],
    ["import-raises", exited, "ScriptImportError", /score\.py:1 with ValueError: nope/, /init\(\)/],
    ["init-failed", exited, "ScriptInitFailed", /score\.py:3 with JSONDecodeError: Expecting property name/, /Correct/],
    ["variable-missing", exited, "ScriptInitFailed", /score\.py:3 with KeyError: 'MY_SETTING'/, /environment variables/],
    ["init-exits", exited, "ScriptInitFailed", /score\.py:3 with SystemExit: 7/, /Correct/],
    ["model-file-missing", exited, "ModelFileMissing", /azureml-models\/m\/1\/model\.pkl.* at score\.py:4/, /AZUREML_MODEL_DIR/],
    ["script-missing", exited, "ScriptMissing", /code\/nope\.py does not exist/, /code folder/],
    ["out-of-memory", neverReady, "InitOutOfMemory", /Starting needed more than the instance's 256 MiB/, /more memory/],
    ["out-of-memory", { ...neverReady, wasReady: true }, "OutOfMemory", /Serving requests needed more/, /fewer run at once/],
    ["signature-run", exited, "ScriptSignatureWrong", /run\(\) cannot be called: run\(\) needs to accept an argument/, /def run\(data\)/],
    ["signature-init", exited, "ScriptSignatureWrong", /init\(\) cannot be called: .*'model'/, /def init\(\):/],
    ["needs-root", exited, "NeedsRoot", /\/root\/settings\.json at score\.py:2/, /user 1001/],
    ["read-only", exited, "FolderNotWritable", /\/var\/cache\/model at score\.py:3/, /below \/tmp/],
    ["temporary-full", exited, "TemporarySpaceFull", /at score\.py:2/, /\/tmp/],
    ["triton-backend-missing", { ...exited, exitCode: 1 }, "TritonBackendMissing", /net needs Triton's pytorch backend.*It has: onnxruntime, python/, /ONNX/],
    ["command-missing", { ...exited, exitCode: 127 }, "CommandNotFound", /\/no\/such\/program/, /image/],
    ["init-hangs", neverReady, "InitNotFinished", /init\(\) did not come to its end/, /initial delay/],
  ])("%s", (name, end, reason, message, hint) => {
    const cause = instanceEndCause(end, log(name), 256);
    expect(cause.reason).toBe(reason);
    expect(cause.message).toMatch(message);
    expect(cause.hint).toMatch(hint);
    expect(cause.lines.length).toBeGreaterThan(0);
    expect(cause.lines.length).toBeLessThanOrEqual(20);
  });

  it("shows of a traceback the user's part only", () => {
    expect(instanceEndCause(exited, log("model-file-missing"), 256).lines.join("\n")).not.toContain("site-packages");
    expect(lastTraceback(log("init-failed"))?.place).toEqual({ file: "/var/azureml-app/code/score.py", line: 3 });
  });

  it("believes the engine about memory before anything else", () => {
    expect(instanceEndCause({ ...exited, exitCode: 137, outOfMemory: true }, log("missing-init"), 64).reason).toBe("InitOutOfMemory");
    expect(instanceEndCause({ ...exited, exitCode: 137, outOfMemory: true, wasReady: true }, log("missing-init"), 64).reason).toBe("OutOfMemory");
  });

  it("tells a wrong path and a wrong port apart by what the probe was told, and by where the log says that the server listens", () => {
    const silent = (said: string, lines: readonly string[] = [], port = 5001) =>
      instanceEndCause({ ...neverReady, probe: { path: "/ready", port, said } }, lines, 64);
    expect(silent("answered 404")).toMatchObject({ reason: "ProbePathWrong", message: expect.stringContaining("/ready on port 5001 with 404") as unknown });
    expect(silent("ECONNREFUSED", ["Listening at: http://0.0.0.0:8080 (7)"]).message).toBe(
      "Nothing listens on port 5001, which the readiness probe asks. The server's log says port 8080.",
    );
    expect(silent("ECONNREFUSED", ["Uvicorn running on http://127.0.0.1:8000"], 8000)).toMatchObject({
      reason: "ProbePortWrong",
      hint: "Let the server listen on 0.0.0.0.",
    });
    expect(silent("answered 503")).toMatchObject({ reason: "NeverReady", message: expect.stringContaining("answered 503") as unknown });
    expect(instanceEndCause({ ...neverReady, wasReady: true, probe: { path: "/", port: 1, said: "ECONNREFUSED" } }, [], 64).reason).toBe("NeverReady");
  });

  it("reads what other programs say of rights, and only when they ended", () => {
    const nginx = 'nginx: [emerg] open() "/var/log/nginx/error.log" failed (30: Read-only file system)';
    expect(instanceEndCause(exited, [nginx], 64)).toMatchObject({
      reason: "FolderNotWritable",
      message: "The container writes where it may not: /var/log/nginx/error.log.",
    });
    expect(instanceEndCause(exited, ["sh: 1: cannot create /data/x: Permission denied", "bye"], 64)).toMatchObject({
      reason: "NeedsRoot",
      message: "The container needs rights that it does not have: /data/x.",
    });
    expect(instanceEndCause(neverReady, [nginx], 64).reason).toBe("NeverReady");
  });

  it("falls back to what is certain", () => {
    expect(instanceEndCause({ exitCode: 7, outOfMemory: false, error: "" }, ["bye"], 64)).toMatchObject({
      reason: "ContainerExited",
      message: "The container ended with exit code 7.",
      lines: ["bye"],
    });
    expect(instanceEndCause(neverReady, ["hello"], 64)).toMatchObject({
      reason: "NeverReady",
      hint: expect.stringContaining("0.0.0.0") as unknown,
    });
    expect(instanceEndCause({ exitCode: null, outOfMemory: false, error: 'exec: "x": executable file not found in $PATH' }, [], 64).reason).toBe(
      "CommandNotFound",
    );
  });

  it("answers any log with a cause", () => {
    const words = fc.constantFrom(
      "Traceback (most recent call last):",
      '  File "/var/azureml-app/c/score.py", line 3, in init',
      "ValueError: x",
      "",
      "The above exception was the direct cause of the following exception:",
      "x: y z",
      "User's init function failed",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string())), fc.option(fc.nat(255)), fc.boolean(), (lines, exitCode, ready) => {
        const cause = instanceEndCause({ exitCode, outOfMemory: false, error: "", neverReady: ready }, lines, 1);
        expect(cause.message).not.toBe("");
        expect(cause.hint).not.toBe("");
      }),
    );
  });
});
