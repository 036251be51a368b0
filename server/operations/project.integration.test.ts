import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemSchema } from "#server/contract/common";
import { createCodeSchema, createEnvironmentVersionSchema, createModelVersionSchema } from "#server/contract/asset";
import { createDeploymentSchema, type CreateDeploymentInput } from "#server/contract/deployment";
import { unpackArchive } from "#server/artifacts/unpack";
import type { AssetFile } from "#server/domain/model/types";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildEndpoint, buildWorkspace } from "#server/testing/builders";
import { writeEditorFiles } from "../../cli/local/editor";
import { loadProject } from "../../cli/project/load";
import * as modelRoute from "../../app/api/v1/models/[name]/versions/[version]/download/route";
import * as projectRoute from "../../app/api/v1/endpoints/[endpoint]/deployments/[deployment]/project/route";
import { createDeployment } from "./change-deployment";
import { createCode } from "./codes";
import type { OperationContext } from "./context";
import { createEnvironmentVersion } from "./environments";
import { createModelVersion } from "./models";
import { completeUpload, putChunk, startUpload } from "./uploads";

let world: ApiWorld;
let me: OperationContext;
let endpoint: string;
let folder: string;

beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("contributor");
  endpoint = (await buildEndpoint(world.runtime.store, world.workspaceId)).name;
  folder = await mkdtemp(path.join(tmpdir(), "project-"));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

async function contentOf(rootName: string, files: Readonly<Record<string, string>>, isFile = false) {
  const uploads = [];
  for (const [file, text] of Object.entries(files)) {
    const bytes = Buffer.from(text);
    const { id } = await startUpload(me, { fileName: file, sizeBytes: bytes.length });
    if (bytes.length > 0) await putChunk(me, { id, index: 0, digest: createHash("sha256").update(bytes).digest("hex"), body: Readable.from([bytes]) });
    await completeUpload(me, { id });
    uploads.push({ uploadId: id, path: file });
  }
  return { rootName, isFile, uploads };
}

const script = "def init():\n  pass\ndef run(data):\n  return data\n";
const variables = { GREETING: "good day", TOKEN: "${{secrets.token}}" };

async function deploy(name: string, over: Partial<CreateDeploymentInput>): Promise<void> {
  const wish = { endpoint, name, instanceType: "sluice.nano", environmentVariables: variables, requestSettings: { requestTimeoutMs: 9000 } };
  await createDeployment(me, createDeploymentSchema.parse({ ...wish, ...over }));
}

async function get(deployment: string, query = "", caller: OperationContext | null = me, of = endpoint): Promise<Response> {
  const headers = caller === null ? {} : { authorization: `Bearer ${await world.tokenFor(caller.actor)}` };
  const request = new Request(`http://127.0.0.1:3000/api/v1/endpoints/${of}/deployments/${deployment}/project${query}`, { headers });
  return projectRoute.GET(request, { params: Promise.resolve({ endpoint: of, deployment }) });
}

const bodyOf = (response: Response): Readable => Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
const unpack = (response: Response, kind: "zip" | "tar"): Promise<readonly AssetFile[]> => unpackArchive(world.runtime.artifacts, bodyOf(response), kind);

async function textOf(files: readonly AssetFile[], name: string): Promise<string> {
  const parts: Uint8Array[] = [];
  const file = files.find((one) => one.path === name);
  for await (const part of await world.runtime.artifacts.open(file?.sha256 ?? "")) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** Writes an archive's files to disk, and says where the project's root is. */
async function onDisk(files: readonly AssetFile[], root: string): Promise<string> {
  for (const file of files) {
    const place = path.join(folder, file.path);
    await mkdir(path.dirname(place), { recursive: true });
    await writeFile(place, await textOf(files, file.path));
  }
  return path.join(folder, root);
}

describe("a deployment of model, code and conda file", () => {
  const root = () => `${endpoint}-blue`;
  let files: readonly AssetFile[];

  beforeAll(async () => {
    await createModelVersion(
      me,
      createModelVersionSchema.parse({ name: "taxi", content: await contentOf("outputs", { "model.bin": "weights", "a/b.txt": "b" }) }),
    );
    const code = { "serving/score.py": script, "serving/sample-request.json": '{"data":[1]}', "empty/__init__.py": "" };
    await createCode(me, createCodeSchema.parse({ name: "scoring", content: await contentOf("src", code) }));
    const conda = "dependencies:\n- python=3.11\n- scikit-learn=1.5.0\n";
    await createEnvironmentVersion(me, createEnvironmentVersionSchema.parse({ name: "sk", condaFile: conda }));
    await deploy("blue", { model: "taxi:1", code: "scoring:1", scoringScript: "serving/score.py", environment: "sk:1", appInsightsEnabled: true });
    const response = await get("blue");
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/zip"]);
    expect(response.headers.get("content-disposition")).toContain(`filename="${root()}.zip"`);
    files = await unpack(response, "zip");
  });

  it("comes as a folder with everything in it", async () => {
    expect(files.map((file) => file.path.replace(`${root()}/`, "")).sort()).toEqual([
      ".devcontainer/devcontainer.json", ".vscode/launch.json", "README.md", "code/src/empty/__init__.py", "code/src/serving/sample-request.json",
      "code/src/serving/score.py", "deployment.yml", "docker/Dockerfile", "docker/aml-start.sh", "docker/requirements.txt", "endpoint.yml",
      "environment/conda.yaml", "model/outputs/a/b.txt", "model/outputs/model.bin", "sample-request.json",
    ]); // prettier-ignore
    expect(await textOf(files, `${root()}/model/outputs/model.bin`)).toBe("weights");
    expect(await textOf(files, `${root()}/docker/requirements.txt`)).toContain("scikit-learn==1.5.0");
    expect(await textOf(files, `${root()}/docker/Dockerfile`)).toMatch(/^ARG SLUICE_BASE_IMAGE=python:3\.11-slim-bookworm\nFROM \$\{SLUICE_BASE_IMAGE\}/);
    const readme = await textOf(files, `${root()}/README.md`);
    expect(readme).toContain(`docker build -t ${root()} docker`);
    expect(readme).toContain('-v "$PWD/model/outputs:/var/azureml-app/azureml-models/taxi/1/outputs:ro"');
    expect(readme).toContain("-e GREETING='good day'");
    expect(JSON.parse(await textOf(files, `${root()}/sample-request.json`))).toEqual({ data: [1] });
    expect(await textOf(files, `${root()}/endpoint.yml`)).toContain(`name: ${endpoint}\nauth_mode: key\n`);
  });

  it("is read by the command as the very same deployment, variables as they were given, and its editor's files are the command's own", async () => {
    const place = await onDisk(files, root());
    const project = await loadProject(path.join(place, "deployment.yml"));
    const { spec } = await world.runtime.store.deployments
      .findLiveByName((await world.runtime.store.endpoints.findLiveByName(world.workspaceId, endpoint))?.id ?? "", "blue")
      .then((row) => row ?? { spec: null });
    expect(project).toMatchObject({ endpoint, deployment: "blue", notes: [] });
    const ids = { modelVersionId: "local", environmentVersionId: "local", codeConfiguration: { codeId: "local", scoringScript: "serving/score.py" } };
    expect(project.spec).toEqual({ ...spec, ...ids });
    expect(project.spec.environmentVariables).toEqual(variables);
    expect(project.spec.appInsightsEnabled).toBe(true);
    expect(project.model).toMatchObject({ name: "taxi", version: 1, rootName: "outputs", isFile: false });
    expect(project.code?.rootName).toBe("src");
    expect(project.environment.condaFile).toContain("scikit-learn=1.5.0");

    const state = {
      file: project.file, endpoint, deployment: "blue", deploymentId: "local", instanceId: "one", image: "built:1", baseUrl: "http://10.9.8.7:5001",
      scoringPath: "/score", memoryMib: 512, codeFolder: null, codeRoot: null,
    }; // prettier-ignore
    expect(await writeEditorFiles(project, state, false)).toHaveLength(2);
    const launch = await readFile(path.join(place, ".vscode/launch.json"), "utf8");
    expect(launch).toContain('"host": "10.9.8.7"');
    await writeFile(path.join(place, ".vscode/launch.json"), launch.replace("justMyCode", "stopOnEntry"));
    await expect(writeEditorFiles(project, state, false)).rejects.toThrow("exists and is different");
  });

  it("comes without the model when it is asked to, with a note how to get it, and as a tar", async () => {
    const bare = await unpack(await get("blue", "?model=false&format=tar"), "tar");
    expect(bare.filter((file) => file.path.includes("/model/")).map((file) => file.path)).toEqual([`${root()}/model/FETCH.md`]);
    expect(await textOf(bare, `${root()}/model/FETCH.md`)).toContain("npx sluice model download taxi:1 --to model");
  });

  it("has its model as a tar and as a zip, with equal files", async () => {
    const reader = await world.as("reader");
    const headers = { authorization: `Bearer ${await world.tokenFor(reader.actor)}` };
    const download = (query: string) =>
      modelRoute.GET(new Request(`http://127.0.0.1:3000/api/v1/models/taxi/versions/1/download${query}`, { headers }), {
        params: Promise.resolve({ name: "taxi", version: "1" }),
      });
    const zip = await unpack(await download("?format=zip"), "zip");
    expect(zip.map((file) => file.path).sort()).toEqual(["outputs/a/b.txt", "outputs/model.bin"]);
    expect(zip).toEqual(await unpack(await download(""), "tar"));
    expect((await download("?format=rar")).status).toBe(400);
  });

  it("is for readers of this workspace alone, and unknown names are told", async () => {
    const codeOf = async (response: Response): Promise<readonly [number, string]> => [response.status, problemSchema.parse(await response.json()).error.code];
    expect((await get("blue", "", await world.as("reader"))).status).toBe(200);
    expect((await get("blue", "", null)).status).toBe(401);
    const stranger = await world.as("owner", (await buildWorkspace(world.database.store)).id);
    expect(await codeOf(await get("blue", "", stranger))).toEqual([404, "endpoint.not_found"]);
    expect(await codeOf(await get("green"))).toEqual([404, "deployment.not_found"]);
    expect(await codeOf(await get("blue", "", me, "nowhere"))).toEqual([404, "endpoint.not_found"]);
    expect((await get("blue", "?model=maybe")).status).toBe(400);
  });
});

it("a server of one's own keeps its Dockerfile, its context, its routes and its container settings; a single file stays one", async () => {
  await createModelVersion(me, createModelVersionSchema.parse({ name: "alone", content: await contentOf("model.bin", { "model.bin": "w" }, true) }));
  await createCode(me, createCodeSchema.parse({ name: "context", content: await contentOf("ctx", { Dockerfile: "FROM old\n", "server.py": "print(1)\n" }) }));
  const route = (at: string) => ({ path: at, port: 8080 });
  const inferenceConfig = { liveness: route("/live"), readiness: route("/ready"), scoring: route("/answer"), scoringRoutes: ["/more"], pathPrefix: null };
  const environment = {
    name: "own",
    dockerfile: "ARG SLUICE_BASE_IMAGE\nFROM $SLUICE_BASE_IMAGE\nCOPY server.py /\n",
    contextCode: "context:1",
    inferenceConfig,
    container: { command: ["serve"], user: "1500:0", sharedMemoryMib: null },
  };
  await createEnvironmentVersion(me, createEnvironmentVersionSchema.parse(environment));
  await deploy("own", { model: "alone:1", environment: "own:1", modelMountPath: "/models" });
  const root = `${endpoint}-own`;
  const files = await unpack(await get("own"), "zip");
  expect(files.map((file) => file.path.replace(`${root}/`, "")).sort()).toEqual([
    ".devcontainer/devcontainer.json", ".vscode/launch.json", "README.md", "deployment.yml", "endpoint.yml", "environment/Dockerfile", "environment/server.py",
    "model/model.bin",
  ]); // prettier-ignore
  const readme = await textOf(files, `${root}/README.md`);
  expect(readme).toContain(`--user 1500:0 \\\n  ${root} serve\ncurl http://localhost:8080/answer`);
  expect(readme).toContain('-v "$PWD/model/model.bin:/models/alone/1/model.bin:ro"');
  const project = await loadProject(path.join(await onDisk(files, root), "deployment.yml"));
  expect(project.environment).toMatchObject({ dockerfile: environment.dockerfile, inferenceConfig, container: environment.container });
  expect(project.model).toMatchObject({ isFile: true, rootName: "model.bin" });
  expect(project.spec.modelMountPath).toBe("/models");
  const container = JSON.parse(await textOf(files, `${root}/.devcontainer/devcontainer.json`)) as { build: { args: unknown }; mounts: string[] };
  expect(container.build.args).toEqual({ SLUICE_BASE_IMAGE: "python:3.11-slim-bookworm" });
  expect(container.mounts).toEqual(["source=${localWorkspaceFolder}/model/model.bin,target=/models/alone/1/model.bin,type=bind"]);
});
