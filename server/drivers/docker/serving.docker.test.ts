import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createArtifactStore, type ArtifactStore } from "#server/artifacts/store";
import { classifyBuildFailure } from "#server/domain/environment/build-failure";
import { buildPlanIdentity, environmentBuildPlan } from "#server/domain/environment/build-plan";
import { environmentRecipe } from "#server/domain/environment/recipe";
import type { EndCause } from "#server/domain/instance/end";
import { instanceEndCause } from "#server/domain/instance/exit";
import { findTestEngine } from "#server/testing/engine";
import type { BuildOutcome, InstanceRunSpec, StageItem } from "../compute-driver";
import { digestOf, ended, ready, runSpec, uniqueId, until, type DriverHarness } from "../contract/harness";
import { createDockerHarness, programImage } from "./test-harness";

const search = await findTestEngine();
const conda = `name: model-env
channels: [conda-forge]
dependencies:
  - python=3.11
  - scikit-learn=1.7
  - pip:
      - joblib
`;
const trainScript = `
import base64, pickle
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
x, y = load_diabetes(return_X_y=True)
print("MODEL " + base64.b64encode(pickle.dumps(LinearRegression().fit(x, y))).decode())
print("WANT " + str(LinearRegression().fit(x, y).predict(x[:2]).tolist()))
print("ROWS " + str(x[:2].tolist()))
`;
const scoreScript = `import json, os, pickle
def init():
    global model
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "diabetes.pkl"), "rb") as file:
        model = pickle.load(file)
def run(data):
    return model.predict(json.loads(data)["data"]).tolist()
`;

/** The inference server needs room for its master and one worker. */
const memoryMib = 320;

describe.skipIf(search.engine === null)("the real inference server through the docker driver", () => {
  let harness: DriverHarness;
  let store: ArtifactStore;
  let folder: string;
  let hosts = 10;
  const images = () => {
    if (search.engine === null) throw new Error(search.reason);
    return search.engine.images;
  };

  beforeAll(async () => {
    if (search.engine === null) return;
    harness = createDockerHarness(search.engine, await programImage(search.engine));
    folder = await mkdtemp(path.join(tmpdir(), "sluice-serving-"));
    store = createArtifactStore(folder);
  });
  afterAll(async () => {
    await harness.dispose();
    await rm(folder, { recursive: true });
  });

  const build = async (condaFile: string): Promise<{ outcome: BuildOutcome; log: string[] }> => {
    const recipe = environmentRecipe({ condaFile, requirements: null }, { pythons: ["3.11"] });
    if (recipe === null || recipe.problems.length > 0) throw new Error(JSON.stringify(recipe?.problems));
    const read = (name: string) => readFile(new URL(`../../../images/serving/${name}`, import.meta.url), "utf8");
    const template = {
      dockerfile: await read("environment.Dockerfile"),
      condaStage: await read("conda.Dockerfile"),
      startScript: await read("aml-start.sh"),
      extraCa: null,
    };
    const plan = environmentBuildPlan(recipe, { image: images().python, foreign: false }, template);
    const contentHash = createHash("sha256").update(buildPlanIdentity(plan)).digest("hex");
    const log: string[] = [];
    const spec = {
      contentHash,
      repository: "sluice-contract/env",
      ...plan,
      indexLogins: null,
      registryAuths: [],
      cpuCores: 2,
      memoryMib: 2048,
      diskMib: 4096,
      freeDiskMib: 64,
      timeoutMs: 280_000,
    };
    return {
      outcome: await harness.driver.buildImage(
        spec,
        (sha256) => store.open(sha256),
        (line) => log.push(line),
      ),
      log,
    };
  };

  const stageItem = async (kind: StageItem["kind"], target: string, files: Readonly<Record<string, Buffer | string>>): Promise<StageItem> => ({
    kind,
    target,
    files: await Promise.all(
      Object.entries(files).map(async ([name, content]) => {
        const stored = await store.put(
          (async function* () {
            await Promise.resolve();
            yield Buffer.from(content);
          })(),
        );
        return { path: name, ...stored };
      }),
    ),
  });

  /** Stages, creates and starts one instance as the control plane would. */
  const deploy = async (image: string, script: string, model: Readonly<Record<string, Buffer>> = {}, overrides: Partial<InstanceRunSpec> = {}) => {
    const network = harness.network(uniqueId("dep"));
    await harness.driver.ensureNetwork(network);
    const items = [await stageItem("code", "onlinescoring", { "score.py": script })];
    if (Object.keys(model).length > 0) items.push(await stageItem("model", "azureml-models/diabetes/1/model", model));
    const staged = await harness.driver.stageVolume(
      { deploymentId: network.deploymentId, contentHash: digestOf(JSON.stringify(items)), initializerImage: images().initializer, items },
      (sha256) => store.open(sha256),
      () => undefined,
    );
    if (!staged.ok) throw new Error(staged.message);
    const spec: InstanceRunSpec = {
      ...runSpec(harness, network, { kind: "serve" }),
      image,
      command: null,
      environment: {
        AML_APP_ROOT: "/var/azureml-app/onlinescoring",
        AZUREML_ENTRY_SCRIPT: "score.py",
        AZUREML_MODEL_DIR: "/var/azureml-app/azureml-models/diabetes/1",
        WORKER_COUNT: "1",
      },
      mounts: [{ volume: staged.volume, subPath: "", target: "/var/azureml-app" }],
      address: network.addressOf((hosts = hosts === 50 ? 10 : hosts + 1)),
      cpuCores: 1,
      memoryMib,
      pidsLimit: 256,
      ...overrides,
    };
    await harness.driver.createInstance(spec);
    await harness.driver.startInstance(spec.instanceId);
    return spec;
  };

  const linesOf = async (instanceId: string): Promise<string[]> => {
    const lines: string[] = [];
    for await (const line of harness.driver.logs(instanceId, { follow: false, tail: 200 })) lines.push(line.text);
    return lines;
  };
  const endOf = async (spec: InstanceRunSpec): Promise<EndCause & { exitCode: number | null }> => {
    const observed = await ended(harness.driver, spec.instanceId);
    return { ...instanceEndCause(observed, await linesOf(spec.instanceId), spec.memoryMib), exitCode: observed.exitCode };
  };
  const giveUp = async (spec: InstanceRunSpec): Promise<EndCause> => {
    const observed = await harness.driver.inspectInstance(spec.instanceId);
    if (observed === null) throw new Error("the instance is gone");
    return instanceEndCause({ ...observed, neverReady: true }, await linesOf(spec.instanceId), spec.memoryMib);
  };

  it("answers with what the model predicts, from a conda file to a scored request", async () => {
    const { outcome, log } = await build(conda);
    if (!outcome.ok) throw new Error(`${outcome.message}\n${log.slice(-30).join("\n")}`);

    const trainer = await deploy(outcome.image.reference, "pass\n", {}, { command: ["python", "-c", trainScript], memoryMib: 512 });
    expect((await ended(harness.driver, trainer.instanceId)).exitCode).toBe(0);
    const printed = new Map((await linesOf(trainer.instanceId)).map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]));
    const model = Buffer.from(printed.get("MODEL") ?? "", "base64");
    expect(model.length).toBeGreaterThan(100);

    const spec = await deploy(outcome.image.reference, scoreScript, { "diabetes.pkl": model }, { memoryMib: 512 });
    await ready(harness.driver, spec);
    const answer = await fetch(`http://${spec.address}:5001/score`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"data": ${printed.get("ROWS") ?? ""}}`,
    });
    expect(answer.status).toBe(200);
    const predicted = (await answer.json()) as number[];
    const wanted = JSON.parse(printed.get("WANT") ?? "[]") as number[];
    expect(predicted).toHaveLength(2);
    predicted.forEach((value, index) => {
      expect(value).toBeCloseTo(wanted[index] ?? NaN, 6);
    });
    expect((await linesOf(spec.instanceId)).some((line) => line.includes("POST /score 200"))).toBe(true);
    await harness.driver.stopInstance(spec.instanceId, 10_000);
    expect(await harness.driver.inspectInstance(spec.instanceId)).toMatchObject({ phase: "exited", exitCode: 0 });
  });

  it.each([
    ["no init()", "def run(data):\n    return 1\n", "ScriptMissingInit", /no init\(\)/],
    ["no run()", "def init():\n    pass\n", "ScriptMissingRun", /no run\(\)/],
    ["a syntax error", "def init():\n    x = (1\ndef run(data):\n    return 1\n", "ScriptSyntaxError", /score\.py:2/],
    [
      "a module that is not installed",
      "import sklearn\ndef init():\n    pass\ndef run(data):\n    return 1\n",
      "ScriptImportError",
      /sklearn is not installed at score\.py:1/,
    ],
    ["a missing model file", scoreScript, "ModelFileMissing", /model\/diabetes\.pkl, which does not exist at score\.py:4/],
    [
      "a failing init()",
      "def init():\n    raise RuntimeError('no luck')\ndef run(data):\n    return 1\n",
      "ScriptInitFailed",
      /score\.py:2 with RuntimeError: no luck/,
    ],
  ])("says of a script with %s what is wrong and what to do", async (_what, script, reason, message) => {
    const cause = await endOf(await deploy(images().inference, script));
    expect(cause).toMatchObject({ reason, exitCode: 3 });
    expect(cause.message).toMatch(message);
    expect(cause.hint).not.toBe("");
    expect(cause.lines.length).toBeGreaterThan(0);
  });

  it("says that a container ended, with its exit code and last lines", async () => {
    const spec = await deploy(images().inference, "pass\n", {}, { command: ["python", "-c", "print('giving up'); raise SystemExit(5)"] });
    expect(await endOf(spec)).toMatchObject({ reason: "ContainerExited", exitCode: 5, lines: ["giving up"] });
  });

  it("says that a command does not exist", async () => {
    expect(await endOf(await deploy(images().inference, "pass\n", {}, { command: ["/no/such/server"] }))).toMatchObject({
      reason: "CommandNotFound",
      exitCode: 127,
    });
  });

  it("says that an instance runs but never gets ready", async () => {
    const spec = await deploy(images().inference, "import time\ndef init():\n    time.sleep(600)\ndef run(data):\n    return 1\n");
    await until(async () => (await linesOf(spec.instanceId)).some((line) => line.includes("Invoking user's init function")));
    expect((await harness.driver.probe(spec.instanceId, spec.address, { path: "/", port: spec.port }, 500)).kind).not.toBe("success");
    expect(await giveUp(spec)).toMatchObject({ reason: "InitNotFinished" });
  });

  it("says that memory ran out, though the server's master survives its worker", async () => {
    const stop = new AbortController();
    const kinds: string[] = [];
    const events = harness.driver.events(stop.signal);
    const reading = (async () => {
      for await (const event of events) kinds.push(event.kind);
    })();
    const script = "def init():\n    hog = []\n    while True:\n        hog.append(bytearray(10_000_000))\ndef run(data):\n    return 1\n";
    const spec = await deploy(images().inference, script);
    await until(async () => (await linesOf(spec.instanceId)).some((line) => line.includes("SIGKILL")));
    await until(() => Promise.resolve(kinds.includes("out_of_memory")));
    stop.abort();
    await reading;
    const cause = await giveUp(spec);
    expect(cause).toMatchObject({ reason: "InitOutOfMemory", message: `Starting needed more than the instance's ${String(memoryMib)} MiB of memory.` });
  });

  it("says why an image does not build, with the line that asks for it", async () => {
    const file = `${conda}      - sluice-no-such-package-xyz==1.0\n`;
    const { outcome, log } = await build(file);
    if (outcome.ok) throw new Error("it was built");
    const failure = classifyBuildFailure(log, outcome.message, { condaFile: file, requirements: null });
    expect(failure).toMatchObject({ reason: "PackageNotFound", message: "No package is called sluice-no-such-package-xyz (line 8)." });
    expect(failure.lines.join("\n")).not.toMatch(/\p{Cc}\[/u);
  });
});
