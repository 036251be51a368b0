import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { detectModelType } from "../model/detect";
import type { ModelType } from "../model/types";
import { readsFor } from "./reads";
import { scaffold } from "./scaffold";
import type { Framework, Scaffold, ScaffoldOutcome } from "./types";

const folder = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const images = folder("../../../images");
const templates = new Map(
  ["scaffold", "serving", "torch", "triton"].flatMap((room) =>
    readdirSync(path.join(images, room)).map((name) => [`${room}/${name}`, readFileSync(path.join(images, room, name), "utf8")] as const),
  ),
);
const fixture = (name: string): Uint8Array => readFileSync(folder(`fixtures/${name}`));
const text = (value: string): Uint8Array => Buffer.from(value);

interface Wish {
  readonly framework?: Framework;
  readonly type?: ModelType;
  readonly isFile?: boolean;
  readonly rootName?: string;
  readonly tritonImage?: string;
  readonly torchIndexUrl?: string;
}

/** As the operation does it: detects the type, reads what is asked for and no more, and judges. */
function judge(files: Readonly<Record<string, Uint8Array>>, wish: Wish = {}): ScaffoldOutcome {
  const assets = Object.entries(files).map(([name, content]) => ({ path: name, sha256: "0".repeat(64), sizeBytes: content.length }));
  const model = { name: "m", type: wish.type ?? detectModelType(assets), rootName: wish.rootName ?? "outputs", isFile: wish.isFile ?? false, files: assets };
  const framework = wish.framework ?? null;
  const contents = new Map(
    readsFor(model, framework).map(({ path: name, headBytes, tailBytes }) => {
      const content = files[name] ?? new Uint8Array();
      return [
        name,
        { head: content.subarray(0, headBytes), tail: content.length > headBytes && tailBytes > 0 ? content.subarray(-tailBytes) : new Uint8Array() },
      ];
    }),
  );
  return scaffold({ model, contents, framework, templates, tritonImage: wish.tritonImage ?? null, torchIndexUrl: wish.torchIndexUrl ?? null });
}

function made(files: Readonly<Record<string, Uint8Array>>, wish: Wish = {}): Scaffold {
  const outcome = judge(files, wish);
  if (!outcome.ok) throw new Error(outcome.problem.message);
  return outcome.scaffold;
}

const fileNamed = (given: Scaffold, name: string): string => given.code?.files.find((file) => file.path === name)?.content ?? "";
const dependencies = (given: Scaffold): string => given.environment.text;

describe("a model in one file", () => {
  it.each([
    ["linear.pkl", "sklearn", "scikit-learn 1.9.1: LinearRegression", ["age", "income"], "scikit-learn==1.9.1"],
    ["linear-2.pkl", "sklearn", "scikit-learn 1.9.1: LinearRegression", ["age", "income"], "scikit-learn==1.9.1"],
    ["linear-0.pkl", "sklearn", "scikit-learn 1.9.1: LinearRegression", ["age", "income"], "scikit-learn==1.9.1"],
    ["linear.joblib", "sklearn", "scikit-learn 1.9.1: LinearRegression", ["age", "income"], "scikit-learn==1.9.1"],
    ["forest.joblib", "sklearn", "scikit-learn 1.9.1: RandomForestClassifier", ["age", "income"], "scikit-learn==1.9.1"],
    ["pipeline-lightgbm.pkl", "sklearn", "scikit-learn 1.9.1: Pipeline", ["age", "income"], "lightgbm"],
    ["lightgbm.txt", "lightgbm", "LightGBM model", ["age", "income"], "lightgbm"],
    ["lightgbm.pkl", "lightgbm", "LightGBM: LGBMRegressor", ["age", "income"], "lightgbm"],
    ["xgboost.json", "xgboost", "XGBoost 3.2.0 model", ["age", "income"], "xgboost-cpu>=3.2.0"],
    ["xgboost.ubj", "xgboost", "XGBoost 3.2.0 model", ["age", "income"], "xgboost-cpu>=3.2.0"],
    ["xgboost.pkl", "xgboost", "XGBoost: XGBRegressor", null, "xgboost-cpu"],
    ["linear.onnx", "onnx", "ONNX model from skl2onnx, opset 17", ["X"], "onnxruntime"],
  ] as const)("%s is of %s", (name, framework, title, names, requirement) => {
    const given = made({ [name]: fixture(name) }, { isFile: true, rootName: name });
    expect([given.framework, given.title, given.problems]).toEqual([framework, title, []]);
    expect(given.signature?.inputs.map((input) => input.name) ?? null).toEqual(names);
    expect(dependencies(given).split("\n")).toContain(requirement);
    expect(dependencies(given)).toContain("\nazureml-inference-server-http\n");
    expect(fileNamed(given, "score.py")).toContain(`\nMODEL_FILE = "${name}"\n`);
    expect(given.code?.files.map((file) => file.path)).toEqual(["score.py", "sluice_scoring.py", "swagger2.json", "swagger3.json"]);
  });

  it("is known by its content, whatever it is called, and found below the folder's name", () => {
    const given = made({ "weights/current.bin": fixture("linear.onnx") }, { rootName: "outputs" });
    expect(given.framework).toBe("onnx");
    expect(fileNamed(given, "score.py")).toContain('MODEL_FILE = "outputs/weights/current.bin"');
    expect(given.sampleRequest).toEqual({ input_data: { X: [[0.5, 0.5]] } });
  });

  it("has a request to try, and documents that describe it", () => {
    const given = made({ "model.pkl": fixture("linear.pkl") });
    expect(given.sampleRequest).toEqual({ input_data: { columns: ["age", "income"], index: [0], data: [[0.5, 0.5]] } });
    const swagger = JSON.parse(fileNamed(given, "swagger3.json")) as { components: { schemas: { ServiceInput: { example: unknown } } } };
    expect(swagger.components.schemas.ServiceInput.example).toEqual(given.sampleRequest);
  });

  it("that is compressed is taken for scikit-learn's, and what is unknown is said", () => {
    const given = made({ "linear-zlib.joblib": fixture("linear-zlib.joblib") });
    expect(given.framework).toBe("sklearn");
    expect(given.notes.join(" ")).toMatch(/compressed \(zlib\).*is unknown.*is assumed/);
    expect(made({ "linear-zlib.joblib": fixture("linear-zlib.joblib") }, { framework: "xgboost" }).framework).toBe("xgboost");
  });

  it("of an old release is served by the oldest that installs, which is said", () => {
    const old = Buffer.from(fixture("linear.pkl")).toString("latin1").replace("\x051.9.1", "\x050.9.1");
    const given = made({ "model.pkl": Buffer.from(old, "latin1") });
    expect(dependencies(given)).toContain("joblib\nnumpy<2\npandas\nscikit-learn==1.2.2\n");
    expect(given.notes.join(" ")).toContain("scikit-learn 0.9.1 cannot be installed");
  });

  it("that needs a module nobody knows says which", () => {
    const pickle = text("\x80\x02csklearn.pipeline\nPipeline\nq\x00cmytools.features\nEncoder\nq\x01c__main__\nclean\nq\x02.");
    const given = made({ "model.pkl": Buffer.from(Buffer.from(pickle).toString("utf8"), "latin1") });
    expect(given.problems.map((problem) => problem.message)).toEqual([
      "The file refers to mytools.features.Encoder, and no known package brings the module mytools.",
      "The file refers to __main__.clean, which was defined in the notebook or script that wrote it.",
    ]);
  });

  it("beside others is chosen by place and name, and the others are named", () => {
    const given = made({ "a.pkl": fixture("linear.pkl"), "model.pkl": fixture("linear.pkl"), "deep/model.onnx": fixture("linear.onnx") });
    expect(given.modelFile).toBe("model.pkl");
    expect(given.notes[0]).toBe("model.pkl is served; a.pkl, deep/model.onnx could be too. MODEL_FILE in the script says which.");
    expect(made({ "a.pkl": fixture("linear.pkl"), "deep/model.onnx": fixture("linear.onnx") }, { framework: "onnx" }).modelFile).toBe("deep/model.onnx");
  });

  it("is a program of PyTorch, served in one image for all of them, or weights that lack theirs", () => {
    const given = made({ "net/script.pt": fixture("script.pt"), "net/notes.txt": text("x") });
    expect([given.framework, given.title, given.modelFile, given.problems]).toEqual(["torch", "TorchScript program", "net/script.pt", []]);
    expect(fileNamed(given, "score.py")).toContain('MODEL_FILE = "outputs/net/script.pt"');
    expect(given.environment).toMatchObject({ kind: "dockerfile", files: [{ path: "aml-start.sh" }], inferenceConfig: null });
    expect(given.environment.text).toContain('\nARG TORCH_INDEX_URL=""\n');
    expect(made({ "a.pt": fixture("script.pt") }).environment).toEqual(given.environment);
    const wheels = made({ "a.pt": fixture("script.pt") }, { torchIndexUrl: "https://packages.example.com/cpu" });
    expect(wheels.environment.text).toContain('\nARG TORCH_INDEX_URL="https://packages.example.com/cpu"\n');
    for (const name of ["weights.pth", "object.pt"])
      expect(made({ [name]: fixture(name) }).problems).toMatchObject([{ message: expect.stringContaining(`${name} holds weights`) as unknown }]);
    // What is only an archive, or breaks off, is nobody's program.
    for (const bytes of [text("PK\u0003\u0004"), fixture("script.pt").subarray(0, 600)]) expect(judge({ "a.pt": bytes }).ok).toBe(false);
  });

  it("of no known kind is refused with what it holds and what to do", () => {
    expect(judge({ "weights.pt": text("PK\x03\x04torch"), "readme.txt": text("hello") })).toEqual({
      ok: false,
      problem: {
        message: expect.stringContaining("It holds: weights.pt, readme.txt.") as string,
        remedy: "Bring a scoring script and an environment, or name the framework if it was not recognised.",
      },
    });
    expect(judge({ "model.pkl": fixture("linear.pkl") }, { framework: "onnx" })).toMatchObject({ ok: false });
  });
});

const mlmodel = (parts: string) => text(`artifact_path: model\nflavors:\n  python_function:\n    env: {conda: conda.yaml, virtualenv: python_env.yaml}\n    loader_module: mlflow.sklearn\n    python_version: 3.11.7\n  sklearn:\n    pickled_model: model.pkl\n    sklearn_version: 1.7.0\nmlflow_version: 3.1.4\n${parts}`); // prettier-ignore
const conda = "channels:\n- conda-forge\ndependencies:\n- python=3.11.7\n- pip<=24.0\n- pip:\n  - mlflow==3.1.4\n  - scikit-learn==1.7.0\nname: mlflow-env\n";
const columnSignature = `signature:\n  inputs: '[{"type": "double", "name": "age", "required": true}, {"type": "long", "name": "rooms", "required": true}, {"type": "string", "name": "note", "required": false}]'\n  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]'\n  params: '[{"name": "limit", "type": "double", "default": 0.5, "shape": null}]'\n`;

describe("a model of MLflow", () => {
  it("is served in its own environment with what its signature says", () => {
    const given = made({ MLmodel: mlmodel(columnSignature), "conda.yaml": text(conda), "model.pkl": fixture("linear.pkl") }, { rootName: "model" });
    expect([given.framework, given.title]).toEqual(["mlflow", "MLflow model (sklearn 1.7.0)"]);
    expect(given.environment).toEqual({
      kind: "conda",
      text: conda.replace("  - scikit-learn==1.7.0\n", "  - scikit-learn==1.7.0\n  - azureml-inference-server-http\n"),
    });
    expect(given.signature?.inputs.map(({ name, type, required }) => [name, type, required])).toEqual([
      ["age", "double", true],
      ["rooms", "long", true],
      ["note", "string", false],
    ]);
    expect(given.sampleRequest).toEqual({ input_data: { columns: ["age", "rooms", "note"], index: [0], data: [[0.5, 0, "text"]] }, params: { limit: 0.5 } });
    expect(fileNamed(given, "score.py")).toContain('\nMODEL_FOLDER = "model"\n');
  });

  it("is found in a folder below, and takes named tensors", () => {
    const signature = `signature:\n  inputs: '[{"name": "x", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'\n`;
    const given = made({ "run/model/MLmodel": mlmodel(signature), "run/model/conda.yaml": text(conda) }, { rootName: "artifacts" });
    expect(fileNamed(given, "score.py")).toContain('MODEL_FOLDER = "artifacts/run/model"');
    expect(given.sampleRequest).toEqual({ input_data: { x: [[0.5, 0.5]] } });
    const swagger = JSON.parse(fileNamed(given, "swagger2.json")) as { definitions: { ServiceInput: { properties: { input_data: unknown } } } };
    expect(swagger.definitions.ServiceInput.properties.input_data).toMatchObject({
      properties: { x: { type: "array", items: { type: "array", items: { type: "number" } } } },
      required: ["x"],
    });
  });

  it("without a conda file uses its requirements, and without those what the MLmodel file knows", () => {
    const withRequirements = made({ MLmodel: mlmodel(""), "requirements.txt": text("mlflow==3.1.4\nscikit-learn==1.7.0\n") });
    expect(withRequirements.environment).toEqual({ kind: "requirements", text: "mlflow==3.1.4\nscikit-learn==1.7.0\nazureml-inference-server-http\n" });
    const bare = made({ MLmodel: mlmodel("") });
    expect(dependencies(bare)).toContain("mlflow==3.1.4\nscikit-learn==1.7.0\n");
    expect(bare.notes).toContain("The model has no signature: input is passed on unchecked.");
  });

  it("tells what it lacks", () => {
    expect(judge({ MLmodel: text("flavors: [unclosed") })).toMatchObject({
      ok: false,
      problem: { message: expect.stringContaining("not valid YAML") as string },
    });
    const given = made({ MLmodel: text("flavors:\n  spark: {}\n") });
    expect(given.problems[0]?.message).toBe("The model has no python_function flavor, only: spark.");
    expect(judge({ "model.pkl": fixture("linear.pkl") }, { framework: "mlflow" })).toMatchObject({ ok: false });
  });

  it("is served as a plain file where somebody says that it is none of MLflow's", () => {
    const given = made({ MLmodel: mlmodel(""), "model.pkl": fixture("linear.pkl") }, { type: "custom_model" });
    expect(given.framework).toBe("sklearn");
  });
});

describe("the output of an AutoML run", () => {
  it("is deployed as it is: its newest script, its environment, its folder", () => {
    const given = made({
      "scoring_file_v_1_0_0.py": text("def init(): pass\ndef run(data): return 1\n"),
      "scoring_file_v_2_0_0.py": text("def init(): pass\ndef run(data): return 2\n"),
      "scoring_file_pbi_v_1_0_0.py": text("def run(data): return 3\n"),
      "conda_env_v_1_0_0.yml": text("dependencies:\n- python=3.11\n- pip:\n  - scikit-learn\n"),
      "model.pkl": fixture("linear.pkl"),
    });
    expect([given.framework, given.modelFile]).toEqual(["automl", "model.pkl"]);
    expect(fileNamed(given, "scoring_file_v_2_0_0.py")).toContain("return 2");
    expect(fileNamed(given, "score.py")).toContain('MODEL_FOLDER = "outputs"\nSCRIPT = "scoring_file_v_2_0_0.py"');
    expect(dependencies(given)).toContain("azureml-inference-server-http");
  });
});

describe("a Triton repository", () => {
  const config = `name: "sums"\nbackend: "python" # ours\nmax_batch_size: 8\ninput [ { name: "INPUT", data_type: TYPE_FP32, dims: [ 2 ] } ]\noutput [\n  { name: "OUTPUT" data_type: TYPE_FP32 dims: [ 1 ] }\n]\ninstance_group [{ count: 1 kind: KIND_CPU }]\n`;

  it("of models that the runtime can run is served by it without code", () => {
    const given = made({
      "linear/1/model.onnx": fixture("linear.onnx"),
      "sums/config.pbtxt": text(config),
      "sums/3/model.py": text("class TritonPythonModel: pass"),
    });
    expect([given.framework, given.title, given.code, given.problems]).toEqual(["triton", "Triton repository: linear (onnxruntime), sums (python)", null, []]);
    expect(given.sampleRequest).toEqual({ inputs: [{ name: "X", shape: [1, 2], datatype: "FP32", data: [0.5, 0.5] }] });
    expect(given.environment).toMatchObject({
      kind: "dockerfile",
      files: [{ path: "onnxruntime.py" }, { path: "start.sh" }, { path: "front.cfg" }],
      inferenceConfig: {
        readiness: { path: "/v2/health/ready", port: 8000 },
        scoring: { path: "/v2/models/linear/infer", port: 8000 },
        pathPrefix: "/v2",
        http2: true,
      },
    });
    const configured = made({ "sums/config.pbtxt": text(config), "sums/3/model.py": text("") });
    expect(configured.sampleRequest).toEqual({ inputs: [{ name: "INPUT", shape: [1, 2], datatype: "FP32", data: [0.5, 0.5] }] });
  });

  it("with a model that it cannot run names what is installed", () => {
    const given = made({ "net/1/model.pt": text("x"), "fast/1/model.plan": text("x") });
    expect(given.problems.map(({ message }) => message)).toEqual([
      "net needs Triton's pytorch backend. The CPU runtime has: onnxruntime, python.",
      "fast needs Triton's tensorrt backend. The CPU runtime has: onnxruntime, python.",
    ]);
    const nvidia = made({ "net/1/model.pt": text("x") }, { tritonImage: "nvcr.io/nvidia/tritonserver:24.10-py3" });
    expect(nvidia.problems).toEqual([]);
    expect(nvidia.environment.text).toMatch(/^FROM nvcr.io\/nvidia\/tritonserver:24.10-py3\nRUN apt-get .*haproxy.*\nCOPY start.sh/);
  });

  it("may be one model of a repository, whose name is the folder's", () => {
    const given = made(
      { "1/model.onnx": fixture("linear.onnx"), "config.pbtxt": text('platform: "onnxruntime_onnx"') },
      { type: "triton_model", rootName: "densenet" },
    );
    expect([given.title, given.notes[0]]).toEqual([
      "Triton repository: densenet (onnxruntime)",
      "Scored at /v2/models/densenet/infer, in KServe's second protocol; everything below /v2 passes, and gRPC.",
    ]);
  });
});

it("leaves every constant of every script to be set exactly once", () => {
  for (const [name, source] of templates) {
    if (!/^scaffold\/.*_score\.py$/.test(name)) continue;
    const constants = source.match(/^(MODEL_FILE|MODEL_FOLDER|SCRIPT) = ".*"$/gm) ?? [];
    expect(new Set(constants.map((line) => line.split(" ")[0])).size, name).toBe(constants.length);
    expect(constants.length, name).toBeGreaterThan(0);
  }
});
