import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readProductTexts, scaffoldFolders } from "#server/kernel/product-texts";
import { CommandFailure } from "./failure";
import { loadProject } from "./load";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "local-project-"));
  mkdirSync(path.join(folder, "src"));
  writeFileSync(path.join(folder, "src/score.py"), "def init():\n  pass\ndef run(data):\n  return data\n");
  writeFileSync(path.join(folder, "model.bin"), "weights");
});
afterEach(() => rmSync(folder, { recursive: true }));

const code = "code_configuration: { code: ./src, scoring_script: score.py }";

function write(...lines: readonly string[]): string {
  const file = path.join(folder, "blue.yml");
  writeFileSync(file, ["name: blue", "endpoint_name: demo", ...lines].join("\n"));
  return file;
}

async function refusal(file: string): Promise<string> {
  const failure: unknown = await loadProject(file).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(failure instanceof CommandFailure)) throw new Error(`not refused: ${String(failure)}`);
  return [failure.message, ...failure.lines].join(" | ");
}

describe("a deployment's YAML", () => {
  it("is read with Azure's names, units and defaults, and with paths from its own folder", async () => {
    const project = await loadProject(
      write(code, "model: { path: ./model.bin, name: m, version: 3 }", "request_settings: { request_timeout_ms: 1000 }", "readiness_probe: { period: 3 }", "environment_variables: { N: 1 }"),
    ); // prettier-ignore
    expect(project).toMatchObject({
      endpoint: "demo",
      deployment: "blue",
      spec: {
        requestSettings: { requestTimeoutMs: 1000, maxConcurrentRequestsPerInstance: 1 },
        readinessProbe: { periodSeconds: 3, failureThreshold: 30 },
        environmentVariables: { N: "1" },
        codeConfiguration: { scoringScript: "score.py" },
      },
      model: { name: "m", version: 3, rootName: "model.bin", isFile: true },
      code: { rootName: "src", files: [{ path: "score.py" }] },
      notes: [],
    });
    expect(project.places.get(project.model?.files[0]?.sha256 ?? "")).toBe(path.join(folder, "model.bin"));
  });

  it("says what it leaves out", async () => {
    const { notes, spec } = await loadProject(write(code, "instance_count: 3", "colour: red", "app_insights_enabled: true"));
    expect(spec.appInsightsEnabled).toBe(true);
    expect(notes).toEqual(["colour is not a field of a deployment and is left out.", "instance_count is 3; locally there is one instance."]);
  });

  it("may take a Dockerfile with its context, routes of its own, and conda as text or path", async () => {
    writeFileSync(path.join(folder, "src/Dockerfile"), "FROM scratch\n");
    const route = "{ path: /v1/models/m:predict, port: 8501 }";
    const routes = `inference_config: { liveness_route: ${route}, readiness_route: ${route}, scoring_route: ${route}, path_prefix: /v1 }, container: { command: [serve], user: "1500:0" }`;
    const own = await loadProject(write(`environment: { build: { path: ./src }, ${routes} }`));
    expect(own.environment).toMatchObject({
      dockerfile: "FROM scratch\n",
      inferenceConfig: { scoring: { port: 8501 }, pathPrefix: "/v1" },
      container: { command: ["serve"], user: "1500:0", sharedMemoryMib: null },
    });
    await expect(loadProject(write(`environment: { build: { path: ./src }, ${routes.replace("1500:0", "root")} }`))).rejects.toThrow("never run as root");
    expect(own.context.map((file) => file.path).sort()).toEqual(["Dockerfile", "score.py"]);
    writeFileSync(path.join(folder, "conda.yml"), "dependencies: [python=3.11]\n");
    expect((await loadProject(write(code, "environment: { conda_file: ./conda.yml }"))).environment.condaFile).toBe("dependencies: [python=3.11]\n");
    expect((await loadProject(write(code, "environment: { conda_file: { dependencies: [pip] } }"))).environment.condaFile).toContain("- pip");
  });

  it.each([
    ["no YAML", ["a: [", code], /is not YAML/],
    ["a wrong type", [code, "instance_count: many"], /instance_count: Invalid input/],
    ["a probe's value out of bounds, by the file's own name", [code, "liveness_probe: { initial_delay: 0 }"], /liveness_probe\.initial_delay/],
    ["an unknown probe setting", [code, "liveness_probe: { initial: 3 }"], /liveness_probe.*initial/],
    ["a switch that is neither on nor off", [code, "app_insights_enabled: maybe"], /app_insights_enabled: Invalid input/],
    ["a missing model", [code, "model: ./nothing"], /model: .*nothing does not exist/],
    ["a missing script", ["code_configuration: { code: ./src, scoring_script: main.py }"], /has no file main\.py/],
    ["a registered model", [code, "model: azureml:m:1"], /model: azureml:m:1 is registered on a server/],
    ["a registered environment", [code, "environment: azureml:e:1"], /environment: azureml:e:1 is registered/],
    ["no code and no routes", [], /code_configuration is missing/],
    ["a missing conda file", [code, "environment: { conda_file: ./no.yml }"], /environment\.conda_file: \.\/no\.yml cannot be read/],
  ])("with %s is refused and says where", async (_what, lines, expected) => {
    expect(await refusal(write(...lines))).toMatch(expected);
  });

  it("whose script cannot score is refused before anything is built", async () => {
    writeFileSync(path.join(folder, "src/score.py"), "def init():\n  pass\n");
    expect(await refusal(write(code))).toMatch(/does not define both init\(\) and run\(\)/);
  });

  it("may leave code and environment out when the model tells what it needs, and what is made can be read", async () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const noCode = { texts: readProductTexts(root, scaffoldFolders), folderOf: () => path.join(folder, "generated") };
    copyFileSync(path.join(root, "server/domain/scaffold/fixtures/linear.onnx"), path.join(folder, "model.onnx"));
    const project = await loadProject(write("model: ./model.onnx"), noCode);
    const script = project.spec.codeConfiguration?.scoringScript ?? "";
    expect(readFileSync(path.join(project.code?.folder ?? "", script), "utf8")).toContain("def init()");
    expect(project.environment.condaFile ?? project.environment.requirements).toContain("onnxruntime");
    expect(project.notes[0]).toContain("made from the model");
    expect(project.watched).toEqual([path.join(folder, "blue.yml"), path.join(folder, "model.onnx")]);

    copyFileSync(path.join(root, "server/domain/scaffold/fixtures/script.pt"), path.join(folder, "model.pt"));
    const torch = await loadProject(write("model: ./model.pt"), noCode);
    expect(torch.environment.dockerfile).toContain("python3-torch");
    const startScript = torch.context.find((file) => file.path === "aml-start.sh");
    expect(readFileSync(torch.places.get(startScript?.sha256 ?? "") ?? "", "utf8")).toContain("azmlinfsrv");
    expect(torch.spec.codeConfiguration).not.toBeNull();

    const own = await loadProject(write("model: ./model.onnx", "environment: { image: mine:1 }"), noCode);
    expect([own.environment.image, own.code?.folder]).toEqual(["mine:1", project.code?.folder]);
    await expect(loadProject(write("model: ./model.bin"), noCode)).rejects.toThrow(/none of the kinds that can be served without code/);
    await expect(loadProject(write("model: ./model.onnx", "framework: sklearn"), noCode)).rejects.toThrow(/not sklearn/);
  });
});
