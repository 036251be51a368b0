import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCodeSchema, createModelVersionSchema, type ModelVersionDto } from "#server/contract/asset";
import { createDeploymentSchema, type CreateDeploymentInput, type DeploymentDto } from "#server/contract/deployment";
import { SluiceError } from "#server/domain/errors";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildEndpoint, buildEnvironmentVersion } from "#server/testing/builders";
import { createDeployment } from "./change-deployment";
import { createCode, getCode, listCodes } from "./codes";
import type { OperationContext } from "./context";
import { getEnvironmentVersion, listEnvironments } from "./environments";
import { createModelVersion } from "./models";
import { scaffoldModel } from "./scaffold";
import { completeUpload, putChunk, startUpload } from "./uploads";

let world: ApiWorld;
let me: OperationContext;
let endpoint: string;

beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("contributor");
  endpoint = (await buildEndpoint(world.runtime.store, world.workspaceId)).name;
});
afterAll(() => world.close());

const fixture = (name: string): Buffer => readFileSync(new URL(`../domain/scaffold/fixtures/${name}`, import.meta.url));
const refusal = async (promise: Promise<unknown>): Promise<SluiceError> => {
  const thrown: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof SluiceError)) throw new Error(`not refused: ${String(thrown)}`);
  return thrown;
};

async function upload(fileName: string, content: Buffer): Promise<string> {
  const { id } = await startUpload(me, { fileName, sizeBytes: content.length });
  const digest = createHash("sha256").update(content).digest("hex");
  await putChunk(me, { id, index: 0, digest, body: Readable.from([content]) });
  await completeUpload(me, { id });
  return id;
}

async function contentOf(files: Readonly<Record<string, Buffer>>, rootName: string) {
  const uploads = [];
  for (const [file, bytes] of Object.entries(files)) uploads.push({ uploadId: await upload(file, bytes), path: file });
  return { rootName, uploads };
}

const register = async (name: string, files: Readonly<Record<string, Buffer>>): Promise<ModelVersionDto> =>
  createModelVersion(me, createModelVersionSchema.parse({ name, content: await contentOf(files, "outputs") }));

const deploy = (name: string, over: Partial<CreateDeploymentInput>): Promise<DeploymentDto> =>
  createDeployment(me, createDeploymentSchema.parse({ endpoint, name, instanceType: "sluice.nano", ...over }));

describe("a model without code and environment", () => {
  it("is told what it is and what would serve it, and nothing is created by asking", async () => {
    await register("taxi", { "model.pkl": fixture("linear.pkl") });
    const made = await scaffoldModel(me, { name: "taxi", version: 1 });
    expect(made).toMatchObject({ framework: "sklearn", title: "scikit-learn 1.9.1: LinearRegression", problems: [], code: { scoringScript: "score.py" } });
    expect(made.environment?.text).toContain("scikit-learn==1.9.1");
    expect((await scaffoldModel(me, { name: "taxi", version: 1, framework: "onnx" })).problems).toHaveLength(1);
    expect((await listCodes(me, { anonymous: "true" })).items).toEqual([]);
    expect((await refusal(scaffoldModel(me, { name: "taxi", version: 9 }))).code).toBe("model.not_found");
  });

  it("is deployed with parts that are made for it, shared by equal ones, and in no list", async () => {
    const blue = await deploy("blue", { model: "taxi:1" });
    expect(blue).toMatchObject({
      model: { name: "taxi" },
      code: { name: "taxi-sklearn-scoring", version: 1, anonymous: true },
      environment: { name: "taxi-sklearn-environment", version: 1, anonymous: true },
      scoringScript: "score.py",
    });
    const green = await deploy("green", { model: "taxi:1", framework: "sklearn" });
    expect([green.code, green.environment]).toEqual([blue.code, blue.environment]);
    expect((await listCodes(me, { anonymous: "false" })).items).toEqual([]);
    expect((await listEnvironments(me)).items).toEqual([]);
    expect((await getCode(me, { id: blue.code?.id ?? "" })).files.map((file) => file.path)).toEqual([
      "score.py",
      "sluice_scoring.py",
      "swagger2.json",
      "swagger3.json",
    ]);
    expect(await getEnvironmentVersion(me, blue.environment)).toMatchObject({ anonymous: true, usedBy: [{ deployment: "blue" }, { deployment: "green" }] });
  });

  it("takes an environment or code that is given, and makes only the other", async () => {
    const mine = await buildEnvironmentVersion(world.runtime.store, world.workspaceId, {
      spec: {
        image: null,
        condaFile: null,
        requirements: "scikit-learn\n",
        dockerfile: null,
        contextCodeId: null,
        buildArgs: {},
        condaSolver: "auto",
        inferenceConfig: null,
        container: null,
      },
    });
    const withEnvironment = await deploy("one", { model: "taxi:1", environment: mine.id });
    expect([withEnvironment.environment.id, withEnvironment.code?.anonymous]).toEqual([mine.id, true]);
    const script = Buffer.from("def init(): pass\ndef run(data): return 1\n");
    const code = await createCode(
      me,
      createCodeSchema.parse({ name: "edited", anonymous: true, content: await contentOf({ "score.py": script }, "onlinescoring") }),
    );
    const withCode = await deploy("two", { model: "taxi:1", code: code.id, scoringScript: "score.py" });
    expect([withCode.code?.id, withCode.environment.anonymous]).toEqual([code.id, true]);
    const again = await createCode(
      me,
      createCodeSchema.parse({ name: "other", anonymous: true, content: await contentOf({ "score.py": script }, "onlinescoring") }),
    );
    expect(again.id).toBe(code.id);
  });

  it("that is a Triton repository gets the runtime that serves it, with its routes", async () => {
    await register("digits", { "linear/1/model.onnx": fixture("linear.onnx") });
    const made = await deploy("triton", { model: "digits:1" });
    expect(made).toMatchObject({ code: null, environment: { name: "digits-triton-environment" } });
    const environment = await getEnvironmentVersion(me, made.environment);
    expect(environment).toMatchObject({
      context: { name: "digits-triton-context" },
      inferenceConfig: { pathPrefix: "/v2", liveness: { path: "/v2/health/live", port: 8000 } },
    });
    expect(environment.dockerfile).toContain("FROM ${SLUICE_BASE_IMAGE}");
  });
});

describe("what cannot be made is refused with field, reason and remedy", () => {
  it("for a model of no known kind", async () => {
    await register("strange", { "weights.bin": Buffer.from("?"), "notes.md": Buffer.from("?") });
    const error = await refusal(deploy("refused", { model: "strange:1" }));
    expect([error.code, error.fields[0]?.path]).toEqual(["deployment.model_not_recognized", "environment"]);
    expect(error.message).toContain("weights.bin");
    expect(error.fields[0]?.remedy).toContain("scoring script");
    expect(await scaffoldModel(me, { name: "strange", version: 1 })).toMatchObject({ framework: null, code: null, problems: [{ message: error.message }] });
  });

  it("for a backend that the runtime lacks, and for an environment that cannot be built", async () => {
    await register("net", { "net/1/model.pt": Buffer.from("?") });
    const backend = await refusal(deploy("refused", { model: "net:1" }));
    expect([backend.code, backend.message]).toEqual([
      "deployment.model_cannot_be_served",
      "net needs Triton's pytorch backend. The CPU runtime has: onnxruntime, python.",
    ]);
    const mlmodel = "flavors:\n  python_function: {env: conda.yaml, loader_module: mlflow.sklearn}\n";
    await register("flow", { MLmodel: Buffer.from(mlmodel), "conda.yaml": Buffer.from("dependencies:\n- python=3.11\n- r-base\n- pip: [mlflow]\n") });
    const build = await refusal(deploy("refused", { model: "flow:1" }));
    expect([build.code, build.message]).toEqual([
      "deployment.model_cannot_be_served",
      "Line 3 of the environment: r-base is a system package, and conda packages cannot be solved here.",
    ]);
  });

  it("without a model", async () => {
    const error = await refusal(deploy("refused", {}));
    expect([error.code, error.fields[0]?.path]).toEqual(["deployment.environment_missing", "environment"]);
  });
});

it("forgets what was made for deployments that are gone, and keeps what live ones use", async () => {
  const { store } = world.runtime;
  const later = world.clock.now() + 3_600_000;
  const codes = async () => (await listCodes(me, { anonymous: "true" })).items.map((code) => code.name).sort();
  await deploy("gone", { model: (await register("short", { "model.onnx": fixture("linear.onnx") })).id });
  const before = await codes();
  expect(await store.transaction((session) => session.environments.removeUnusedAnonymous(later, 50))).toBe(0);
  const found = await store.endpoints.findLiveByName(world.workspaceId, endpoint);
  const row = await store.deployments.findLiveByName(found?.id ?? "", "gone");
  await store.deployments.markDeleted(row?.id ?? "", world.clock.now());
  expect(await store.transaction((session) => session.environments.removeUnusedAnonymous(world.clock.now() - 1000, 50))).toBe(0);
  expect(await store.transaction((session) => session.environments.removeUnusedAnonymous(later, 50))).toBe(1);
  expect(await store.transaction((session) => session.codes.removeUnusedAnonymous(later, 50))).toBe(1);
  expect(await codes()).toEqual(before.filter((name) => name !== "short-onnx-scoring"));
});
