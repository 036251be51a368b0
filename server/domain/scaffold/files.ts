import { lightgbmNames, readLightgbm, readXgboost } from "./boosters";
import { pickleDependencies, requirementsText, tablePackages, type Dependencies } from "./dependencies";
import { readOnnx } from "./onnx";
import { belowModelDir, generatedCode, textOf } from "./parts";
import { compressionOf, scanPickle, type PickleScan } from "./pickle";
import { baseOf } from "./reads";
import { exampleRequest } from "./signature";
import { swaggerFiles } from "./swagger";
import { readTorch, torchEnvironment } from "./torch";
import type { FilePart, Framework, GeneratedEnvironment, Scaffold, ScaffoldInput, Signature } from "./types";

export type FileFramework = Extract<Framework, "onnx" | "torch" | "sklearn" | "lightgbm" | "xgboost">;

/** What one file turned out to be. */
export interface Sighting {
  readonly framework: FileFramework;
  readonly path: string;
  readonly title: string;
  readonly signature: Signature | null;
  readonly dependencies: Dependencies;
}

const plain = (lines: readonly string[], notes: readonly string[] = []): Dependencies => ({ lines, notes, problems: [] });

const columns = (names: readonly string[] | null): Signature | null =>
  names === null ? null : { kind: "columns", inputs: names.map((name) => ({ name, type: "double", shape: null, required: true })), outputs: [], params: [] };

function sightOnnx(path: string, part: FilePart): Sighting | null {
  const facts = readOnnx(part.head);
  if (facts === null) return null;
  const signature: Signature | null = facts.inputs === null ? null : { kind: "tensors", inputs: facts.inputs, outputs: facts.outputs ?? [], params: [] };
  const notes = signature === null ? ["The file is too large to look into: its inputs are known once the container runs."] : [];
  const title = `ONNX model${facts.producer === "" ? "" : ` from ${facts.producer}`}${facts.opset === null ? "" : `, opset ${String(facts.opset)}`}`;
  return { framework: "onnx", path, title, signature, dependencies: plain(["onnxruntime", "numpy"], notes) };
}

/** A program says how many tensors it takes only when it is loaded. Weights alone are recognised in order to say what they lack. */
function sightTorch(path: string, part: FilePart): Sighting | null {
  const facts = readTorch(part);
  if (facts === null) return null;
  const isScript = facts.kind === "script";
  const lacking = {
    message: `${baseOf(path)} holds weights or an object of PyTorch, and not the program that they belong to.`,
    remedy: "Save torch.jit.script(model) or torch.jit.trace(model, example), or bring a scoring script that builds the model and loads them.",
  };
  const dependencies = {
    lines: [],
    notes: isScript ? ["Numbers become tensors of the weights' type; `params.dtype` names another."] : [],
    problems: isScript ? [] : [lacking],
  };
  return { framework: "torch", path, title: isScript ? "TorchScript program" : "PyTorch weights", signature: null, dependencies };
}

function sightBooster(path: string, part: FilePart): Sighting | null {
  const xgboost = readXgboost(part);
  if (xgboost !== null) {
    // Saved through the classes of scikit-learn's kind, whose predictions are labels: they need that library.
    const estimator = textOf(part).includes("_estimator_type") ? ["scikit-learn"] : [];
    const pin = xgboost.version === null || /^[01]\./.test(xgboost.version) ? "xgboost-cpu" : `xgboost-cpu>=${xgboost.version}`;
    const title = `XGBoost ${xgboost.version ?? ""} model`.replace("  ", " ");
    return { framework: "xgboost", path, title, signature: columns(xgboost.featureNames), dependencies: plain([pin, ...estimator, ...tablePackages]) };
  }
  const lightgbm = readLightgbm(part);
  if (lightgbm === null) return null;
  return {
    framework: "lightgbm", path, title: "LightGBM model", signature: columns(lightgbm.featureNames), dependencies: plain(["lightgbm", ...tablePackages]),
  }; // prettier-ignore
}

/** The library of the object in the pickle: that of the first thing loading would import. */
function libraryOf(scan: PickleScan): FileFramework | null {
  for (const name of scan.globals) {
    const [module] = name.split(".");
    if (module === "lightgbm" || module === "xgboost") return module;
    if (module === "sklearn" || module === "imblearn") return "sklearn";
  }
  return null;
}

const libraryWords = { sklearn: "scikit-learn", lightgbm: "LightGBM", xgboost: "XGBoost" } as const;

function sightPickle(path: string, part: FilePart, forced: FileFramework | null): Sighting | null {
  const scan = scanPickle(part.head, part.tail);
  const framework = scan === null ? null : (forced ?? libraryOf(scan));
  if (scan === null || framework === null || framework === "onnx" || framework === "torch") return null;
  const found = pickleDependencies(scan);
  const names = scan.featureNames ?? (framework === "lightgbm" ? lightgbmNames(part) : null);
  const unnamed = scan.featureCount === null || scan.featureCount > 1000 ? null : { kind: "columns" as const, inputs: Array.from({ length: scan.featureCount }, () => ({ name: "", type: "double", shape: null, required: true })), outputs: [], params: [] }; // prettier-ignore
  const version = framework === "sklearn" && scan.sklearnVersion !== null ? ` ${scan.sklearnVersion}` : "";
  const className = scan.globals.find((name) => new RegExp(`^(sklearn|lightgbm|xgboost|imblearn)\\.`).test(name))?.split(".").at(-1); // prettier-ignore
  return {
    framework,
    path,
    title: `${libraryWords[framework]}${version}${className === undefined ? "" : `: ${className}`}`,
    signature: columns(names) ?? unnamed,
    dependencies: { ...found, lines: [...found.lines, ...tablePackages] },
  };
}

/** joblib compresses the whole pickle, and what cannot be read cannot be judged; that scikit-learn wrote it is a guess, and said to be one. */
function sightCompressed(path: string, part: FilePart, forced: FileFramework | null): Sighting | null {
  const compression = compressionOf(part.head);
  if (compression === null || !(forced !== null || /\.(pkl|pickle|joblib|sav|p)$/i.test(path))) return null;
  const framework = forced ?? "sklearn";
  if (framework === "onnx" || framework === "torch") return null;
  const known = { sklearn: ["scikit-learn"], lightgbm: ["lightgbm", "scikit-learn"], xgboost: ["xgboost-cpu", "scikit-learn"] }[framework];
  const unknown = `${baseOf(path)} is compressed (${compression}): which class it holds, which release wrote it and which packages it needs is unknown.`;
  const guess = forced === null ? " That it is scikit-learn's is assumed." : "";
  return {
    framework,
    path,
    title: `${libraryWords[framework]}, compressed with ${compression}`,
    signature: null,
    dependencies: plain([...known, ...tablePackages], [`${unknown}${guess} The newest packages are installed; pin what the model was trained with.`]),
  };
}

/** Looks at one file: by its content, not by its name. `forced` is the framework that a person named. */
export function sight(path: string, part: FilePart, forced: FileFramework | null): Sighting | null {
  const found =
    sightOnnx(path, part) ?? sightTorch(path, part) ?? sightBooster(path, part) ?? sightPickle(path, part, forced) ?? sightCompressed(path, part, forced);
  return found !== null && forced !== null && found.framework !== forced ? null : found;
}

function environmentOf({ templates, torchIndexUrl }: ScaffoldInput, { framework, path, dependencies }: Sighting): GeneratedEnvironment {
  if (framework === "torch") return torchEnvironment(templates, torchIndexUrl);
  return { kind: "requirements", text: requirementsText(`Made for ${baseOf(path)}.`, dependencies.lines) };
}

/** Everything for a model in one file. */
export function scaffoldFile(input: ScaffoldInput, sighting: Sighting, notes: readonly string[]): Scaffold {
  const { model, templates } = input;
  const { framework, path, title, signature, dependencies } = sighting;
  const sampleRequest = signature === null ? null : exampleRequest(signature);
  const constants = { MODEL_FILE: belowModelDir(model, path) };
  return {
    framework,
    title,
    modelFile: path,
    code: generatedCode(templates, `${framework}_score.py`, constants, swaggerFiles(model.name, signature, sampleRequest)),
    environment: environmentOf(input, sighting),
    signature,
    sampleRequest,
    notes: [...notes, ...dependencies.notes],
    problems: dependencies.problems,
  };
}
