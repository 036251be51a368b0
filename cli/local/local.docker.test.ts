import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { debugPort } from "#server/domain/project/editor-files";
import { createDockerDriver } from "#server/drivers/docker/driver";
import { systemClock } from "#server/kernel/clock";
import { readProductTexts, scaffoldFolders } from "#server/kernel/product-texts";
import { DebugClient } from "#server/testing/debug-client";
import { DevContainer } from "#server/testing/dev-container";
import { findTestEngine, type TestEngine } from "#server/testing/engine";
import type { Machine, Platform } from "../platform";
import { CommandFailure } from "../project/failure";
import { loadProject } from "../project/load";
import { down, invoke, logs } from "./commands";
import { writeEditorFiles } from "./editor";
import { localDeploymentId, localInstallation } from "./names";
import { findState } from "./state";
import { up } from "./up";
import { watchPlaces } from "./watch";

const search = await findTestEngine();
const root = fileURLToPath(new URL("../..", import.meta.url));
const json = { contentType: "application/json" };
const said: string[] = [];
const say = (line: string): void => void said.push(line);
const endpoint = `cli-${process.pid.toString(36)}`;

const score = (factor: number): string => `import json
def init():
    print("model of factor ${String(factor)}")
def run(data):
    values = json.loads(data)["data"]
    result = [value * ${String(factor)} for value in values]
    return result
`;

/** Repeats a call until the server listens. */
async function until<T>(call: () => Promise<T>): Promise<T> {
  const end = Date.now() + 30_000;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (Date.now() > end) throw error;
      await systemClock.sleep(100);
    }
  }
}

/** What an editor does with a launch configuration: one session for the server, and one for the worker that it forks. */
async function debugServer(host: string, configuration: unknown, breakpoint: { path: string; line: number }): Promise<readonly [DebugClient, DebugClient]> {
  const editor = await until(() => DebugClient.connect(host, debugPort));
  await editor.begin("launch", configuration, breakpoint);
  const attach = await editor.event("debugpyAttach");
  const worker = await DebugClient.connect(host, (attach["connect"] as { port: number }).port);
  expect(await worker.begin("attach", attach, breakpoint)).toMatchObject([{ verified: true }]);
  return [editor, worker];
}

describe.skipIf(search.engine === null)("a local deployment on the user's own engine", () => {
  let folder: string;
  let machine: Machine;
  let platform: Platform;
  let engine: TestEngine;

  beforeAll(() => {
    if (search.engine === null) return;
    folder = mkdtempSync(path.join(tmpdir(), "cli-"));
    process.env["XDG_STATE_HOME"] = path.join(folder, "state");
    engine = search.engine;
    const { socketPath, images } = engine;
    const platformImages = { pythonBase: images.python, inference: images.inference, initializer: images.initializer };
    platform = { root, engineSocket: () => Promise.resolve(socketPath), images: () => Promise.resolve(platformImages) };
    machine = { images: platformImages, driver: createDockerDriver({ socketPath, installation: localInstallation, clock: systemClock }) };
  });
  afterAll(async () => {
    for (const name of ["low", "own", "debug", "inside", "alone"]) await down(machine, localDeploymentId(endpoint, name));
    delete process.env["XDG_STATE_HOME"];
    rmSync(folder, { recursive: true });
  });

  function project(name: string, yaml: string, files: Readonly<Record<string, string>>): string {
    const at = path.join(folder, name);
    mkdirSync(at, { recursive: true });
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(at, file)), { recursive: true });
      writeFileSync(path.join(at, file), content);
    }
    writeFileSync(path.join(at, "deployment.yml"), `name: ${name}\nendpoint_name: ${endpoint}\n${yaml}\n`);
    return path.join(at, "deployment.yml");
  }
  const lowCode = "code_configuration: { code: ./src, scoring_script: score.py }\nmodel: ./model.txt\ninstance_type: sluice.small";
  const start = async (file: string, debug = false) => up(platform, machine, await loadProject(file), { debug, say });

  it("scores, says what its script printed, is found again, changes with its code, and leaves nothing", async () => {
    const file = project("low", lowCode, { "src/score.py": score(2), "model.txt": "weights" });
    const state = await start(file);
    expect(await invoke(machine, state, { ...json, data: '{"data":[1,2]}' })).toMatchObject({ status: 200, body: "[2, 4]" });
    expect((await start(file)).instanceId).toBe(state.instanceId);
    expect(await findState({ endpoint })).toEqual(state);

    writeFileSync(path.join(folder, "low/src/score.py"), score(5));
    const changed = await start(file);
    expect(changed.instanceId).not.toBe(state.instanceId);
    expect((await invoke(machine, changed, { ...json, data: '{"data":[1,2]}' })).body).toBe("[5, 10]");
    const lines: string[] = [];
    const options = { source: "inference-server", tail: null, follow: false, signal: AbortSignal.timeout(5000) } as const;
    for await (const line of logs(machine, changed, options)) lines.push(line);
    expect(lines.join("\n")).toContain("model of factor 5");
    const staged: string[] = [];
    for await (const line of logs(machine, changed, { ...options, source: "storage-initializer" })) staged.push(line);
    expect(staged.join("\n")).toContain("src/score.py");

    const broken = await invoke(machine, changed, { ...json, data: '{"nothing":1}' });
    expect(broken.status).toBe(500);
    expect(broken.lines.join("\n")).toMatch(/low\/src\/score\.py", line 5/);

    const { volumes } = await machine.driver.listOwned();
    expect(volumes.filter(({ deploymentId }) => deploymentId === changed.deploymentId)).toHaveLength(1);
    await down(machine, changed.deploymentId);
    const owned = await machine.driver.listOwned();
    const left = [...owned.instances, ...owned.networks, ...owned.volumes].filter(({ deploymentId }) => deploymentId === changed.deploymentId);
    expect(left).toEqual([]);
  });

  it("that cannot start says why, with file and line of this machine", async () => {
    const file = project("low", lowCode, { "src/score.py": `import nowhere_to_be_found\n${score(1)}`, "model.txt": "weights" });
    const failure: unknown = await start(file).catch((error: unknown) => error);
    if (!(failure instanceof CommandFailure)) throw new Error(String(failure));
    expect(failure.message).toMatch(/ScriptImportError: The module nowhere_to_be_found is not installed at score\.py:1/);
    expect(failure.remedy).toContain("nowhere_to_be_found");
    expect(failure.lines.join("\n")).toMatch(/low\/src\/score\.py", line 1/);
  });

  it("comes up again by itself when its code changes", async () => {
    const file = project("low", lowCode, { "src/score.py": score(3), "model.txt": "weights" });
    await start(file);
    const stop = new AbortController();
    const { watched } = await loadProject(file);
    let reloads = 0;
    const onChange = async (): Promise<readonly string[]> => {
      await start(file);
      reloads += 1;
      stop.abort();
      return watched;
    };
    const watching = watchPlaces(watched, onChange, { signal: stop.signal, onBlind: () => undefined });
    writeFileSync(path.join(folder, "low/src/score.py"), score(7));
    await watching;
    expect(reloads).toBe(1);
    expect((await invoke(machine, await findState({ endpoint }), { ...json, data: '{"data":[1]}' })).body).toBe("[7]");
    await down(machine, localDeploymentId(endpoint, "low"));
  });

  /** Budget on two busy cores: two minutes, most of it the packages' installation; the built image stays. */
  it("may be a model alone, which is served by what is made from it", async () => {
    const file = project("alone", "model: ./model.onnx\ninstance_type: sluice.small", {});
    copyFileSync(path.join(root, "server/domain/scaffold/fixtures/linear.onnx"), path.join(folder, "alone/model.onnx"));
    const noCode = { texts: readProductTexts(root, scaffoldFolders), folderOf: () => path.join(folder, "generated") };
    const wish = await loadProject(file, noCode);
    const state = await up(platform, machine, wish, { debug: false, say });
    const sample = readFileSync(path.join(folder, "generated/sample-request.json"), "utf8");
    const answer = await invoke(machine, state, { ...json, data: sample });
    expect(answer, answer.lines.join("\n")).toMatchObject({ status: 200 });
    expect(JSON.parse(answer.body)).not.toEqual({});
    await down(machine, localDeploymentId(endpoint, "alone"));
  });

  it("may be a Dockerfile of its own with its own routes", async () => {
    const route = (at: string) => `{ path: ${at}, port: 8080 }`;
    const yaml = `environment:\n  build: { path: ./docker }\n  inference_config: { liveness_route: ${route("/live")}, readiness_route: ${route("/ready")}, scoring_route: ${route("/answer")} }`;
    const server = `
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def answer(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"own " + self.path.encode())
    do_GET = do_POST = answer
HTTPServer(("0.0.0.0", 8080), Handler).serve_forever()
`;
    const dockerfile = `FROM ${machine.images.pythonBase}\nCOPY server.py /server.py\nCMD ["python", "/server.py"]\n`;
    const state = await start(project("own", yaml, { "docker/Dockerfile": dockerfile, "docker/server.py": server }));
    expect((await invoke(machine, state, { ...json, data: "{}" })).body).toBe("own /answer");
  });

  it("stops at a breakpoint in run(), as an editor with the written configuration would", async () => {
    const file = project("debug", lowCode, { "src/score.py": score(4), "model.txt": "weights" });
    const state = await start(file, true);
    const wish = await loadProject(file);
    const [launchFile] = await writeEditorFiles(wish, state, false);
    const launch = JSON.parse(readFileSync(launchFile ?? "", "utf8")) as {
      configurations: { connect: { host: string; port: number }; pathMappings: { remoteRoot: string }[] }[];
    };
    const [configuration] = launch.configurations;
    if (configuration === undefined) throw new Error("no configuration");
    expect(configuration.connect.port).toBe(debugPort);

    const client = await DebugClient.connect(configuration.connect.host, configuration.connect.port);
    const script = `${configuration.pathMappings[0]?.remoteRoot ?? ""}/score.py`;
    expect(await client.begin("attach", { justMyCode: true }, { path: script, line: 7 })).toMatchObject([{ verified: true, line: 7 }]);
    const scoring = invoke(machine, state, { ...json, data: '{"data":[10]}' });
    const { reason, threadId, frame } = await client.stopped();
    expect([reason, frame]).toMatchObject(["breakpoint", { name: "run", line: 7 }]);
    expect(await client.request("evaluate", { expression: "result", frameId: frame.id, context: "watch" })).toMatchObject({ result: "[40]" });
    await client.request("continue", { threadId });
    expect(await scoring).toMatchObject({ status: 200, body: "[40]" });
    client.close();

    const changed = await loadProject(file);
    writeFileSync(launchFile ?? "", "{}");
    await expect(writeEditorFiles(changed, state, false)).rejects.toThrow(/exists and is different/);
    expect(await writeEditorFiles(changed, state, true)).toEqual([launchFile]);
  });

  it("opens as a dev container, in which an editor serves it and stops at a breakpoint in run()", async () => {
    const file = project("inside", lowCode, { "src/score.py": score(6), "model.txt": "weights" });
    await writeEditorFiles(await loadProject(file), await start(file, true), false);
    await down(machine, localDeploymentId(endpoint, "inside"));
    const written = readFileSync(path.join(folder, "inside/.devcontainer/devcontainer.json"), "utf8");
    const container = await DevContainer.open(engine, path.join(folder, "inside"));
    try {
      expect(await container.run("sh", "-c", "cat score.py $AZUREML_MODEL_DIR/model.txt")).toBe(`${score(6)}weights`);
      const { customizations } = JSON.parse(written.replaceAll("${workspaceFolder}", container.workspace)) as {
        customizations: { vscode: { settings: { launch: { configurations: Record<string, unknown>[] } } } };
      };
      const [configuration] = customizations.vscode.settings.launch.configurations;
      expect(configuration).toMatchObject({ name: "Serve score.py", request: "launch", type: "debugpy" });
      const server = container.start("python", "-m", "debugpy.adapter", "--host", "0.0.0.0", "--port", String(debugPort));
      const host = await container.address();
      const [editor, worker] = await debugServer(host, configuration, { path: `${container.workspace}/score.py`, line: 7 });
      const scoring = until(() =>
        fetch(`http://${host}:5001/score`, { method: "POST", headers: { "content-type": "application/json" }, body: '{"data":[10]}' }),
      );
      const { reason, threadId, frame } = await worker.stopped();
      expect([reason, frame], server.said()).toMatchObject(["breakpoint", { name: "run", line: 7 }]);
      expect(await worker.request("evaluate", { expression: "result", frameId: frame.id, context: "watch" })).toMatchObject({ result: "[60]" });
      await worker.request("continue", { threadId });
      expect(await (await scoring).json()).toEqual([60]);
      for (const client of [worker, editor]) client.close();
      await server.stop();
    } finally {
      await container.close();
    }
  });
});
