import { parse } from "yaml";
import { z } from "zod";
import type { Signature, SignatureField, SignatureParam } from "./types";

/** What an `MLmodel` file says, as far as serving needs it. */
export interface MlmodelFacts {
  /** Flavors besides python_function, such as `sklearn`, with the version of their library where it is written down. */
  readonly flavors: readonly { readonly name: string; readonly version: string | null }[];
  readonly hasPythonFunction: boolean;
  readonly mlflowVersion: string | null;
  readonly pythonVersion: string | null;
  /** Path of the conda file relative to the MLmodel file. */
  readonly condaFile: string | null;
  readonly signature: Signature | null;
  readonly inputExample: string | null;
  readonly problem: string | null;
}

const object = z.record(z.string(), z.unknown());
const asObject = (value: unknown): Readonly<Record<string, unknown>> => object.safeParse(value).data ?? {};
const asText = (value: unknown): string | null => (typeof value === "string" || typeof value === "number" ? String(value) : null);

/** One type of MLflow's column schema in one word: `double`, `array(long)`, `object`. */
function columnType(spec: Readonly<Record<string, unknown>>): string {
  const type = asText(spec["type"]) ?? "any";
  if (type === "array") return `array(${columnType(asObject(spec["items"]))})`;
  return type;
}

function fieldOf(value: unknown): SignatureField {
  const spec = asObject(value);
  const name = asText(spec["name"]) ?? "";
  if (spec["type"] !== "tensor") return { name, type: columnType(spec), shape: null, required: spec["required"] !== false && spec["optional"] !== true };
  const tensor = asObject(spec["tensor-spec"]);
  const shape = z.array(z.number()).safeParse(tensor["shape"]).data ?? [];
  return { name, type: asText(tensor["dtype"]) ?? "any", shape, required: true };
}

/** MLflow keeps the parts of a signature as JSON inside of YAML. */
function listIn(value: unknown): readonly unknown[] {
  if (typeof value !== "string") return [];
  try {
    return z.array(z.unknown()).safeParse(JSON.parse(value)).data ?? [];
  } catch {
    return [];
  }
}

function paramOf(value: unknown): SignatureParam {
  const spec = asObject(value);
  return { name: asText(spec["name"]) ?? "", type: asText(spec["type"]) ?? asText(spec["dtype"]) ?? "any", default: spec["default"] ?? null };
}

function signatureOf(value: unknown): Signature | null {
  const signature = asObject(value);
  const inputs = listIn(signature["inputs"]).map(fieldOf);
  const params = listIn(signature["params"]).map(paramOf);
  if (inputs.length === 0 && params.length === 0) return null;
  return {
    kind: inputs.some((input) => input.shape !== null) ? "tensors" : "columns",
    inputs,
    outputs: listIn(signature["outputs"]).map(fieldOf),
    params,
  };
}

/** Every flavor spells the key in its own way: `sklearn_version`, `lgb_version`, `xgb_version`. */
function libraryVersion(flavor: Readonly<Record<string, unknown>>): string | null {
  const key = Object.keys(flavor).find((name) => /^[a-z]+_version$/.test(name));
  return key === undefined ? null : asText(flavor[key]);
}

function condaPath(pythonFunction: Readonly<Record<string, unknown>>): string | null {
  const { env } = pythonFunction;
  return typeof env === "string" ? env : asText(asObject(env)["conda"]);
}

const nothing = (problem: string): MlmodelFacts => ({
  flavors: [], hasPythonFunction: false, mlflowVersion: null, pythonVersion: null, condaFile: null, signature: null, inputExample: null, problem,
}); // prettier-ignore

/** Reads an `MLmodel` file. Never throws: text that is none comes back with `problem`. */
export function readMlmodel(text: string): MlmodelFacts {
  let document: unknown;
  try {
    document = parse(text, { logLevel: "error" });
  } catch (error) {
    return nothing(`The MLmodel file is not valid YAML: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : ""}`);
  }
  const root = asObject(document);
  const flavors = asObject(root["flavors"]);
  if (Object.keys(flavors).length === 0) return nothing("The MLmodel file names no flavors.");
  const pythonFunction = asObject(flavors["python_function"]);
  const example = asObject(root["saved_input_example_info"]);
  return {
    flavors: Object.entries(flavors)
      .filter(([name]) => name !== "python_function")
      .map(([name, flavor]) => ({ name, version: libraryVersion(asObject(flavor)) })),
    hasPythonFunction: "python_function" in flavors,
    mlflowVersion: asText(root["mlflow_version"]),
    pythonVersion: asText(pythonFunction["python_version"]),
    condaFile: condaPath(pythonFunction),
    signature: signatureOf(root["signature"]),
    inputExample: asText(example["artifact_path"]),
    problem: null,
  };
}
