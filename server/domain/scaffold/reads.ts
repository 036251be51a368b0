import type { AssetFile } from "../model/types";
import type { FileRead, Framework, ScaffoldModel } from "./types";

const kib = 1024;
const mib = 1024 * kib;
const smallBytes = 256 * kib;
/** Several large files are looked into only as far as a person would go on reading. */
const maxCandidates = 6;
const maxSmallFiles = 30;

export const depthOf = (path: string): number => path.split("/").length;
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
export const baseOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

const shallowFirst = (a: { readonly path: string }, b: { readonly path: string }): number => depthOf(a.path) - depthOf(b.path) || (a.path < b.path ? -1 : 1);

export const isMlmodel = (path: string): boolean => baseOf(path) === "MLmodel";
export const isAutomlScript = (path: string): boolean => /^scoring_file(_pbi)?_v_[\d_]+\.py$/.test(baseOf(path));
export const isAutomlConda = (path: string): boolean => /^conda_env_v_[\d_]+\.ya?ml$/.test(baseOf(path));

/** The MLmodel file nearest to the root, or null. */
export const findMlmodel = (model: ScaffoldModel): string | null => [...model.files].filter((file) => isMlmodel(file.path)).sort(shallowFirst)[0]?.path ?? null;

const extensions: Readonly<Record<"onnx" | "torch" | "xgboost" | "lightgbm" | "pickle", RegExp>> = {
  onnx: /\.onnx$/i,
  torch: /\.(pt|pth|torchscript|ts)$/i,
  xgboost: /\.(ubj|json|xgb|bst)$/i,
  lightgbm: /\.(txt|lgb|lgbm|lightgbm)$/i,
  pickle: /\.(pkl|pickle|joblib|sav|p)$/i,
};

/** Files that may be a model of its own; a single file whatever it is called. */
export function candidates(model: ScaffoldModel): readonly AssetFile[] {
  const named = (pattern: RegExp) => model.files.filter((file) => pattern.test(file.path)).sort(shallowFirst).slice(0, maxCandidates); // prettier-ignore
  const found = Object.values(extensions).flatMap(named);
  return model.files.length === 1 ? model.files : [...new Set(found)];
}

const whole = (files: readonly AssetFile[]): FileRead[] =>
  [...files].sort(shallowFirst).filter((file) => file.sizeBytes <= smallBytes).slice(0, maxSmallFiles).map((file) => ({ path: file.path, headBytes: smallBytes, tailBytes: 0 })); // prettier-ignore

function mlflowReads(model: ScaffoldModel): FileRead[] {
  const mlmodel = findMlmodel(model);
  if (mlmodel === null) return [];
  const folder = folderOf(mlmodel);
  const beside = model.files.filter((file) => folderOf(file.path) === folder && (file.path === mlmodel || /\.(ya?ml|txt|json)$/.test(file.path)));
  return whole(beside);
}

function tritonReads(model: ScaffoldModel): FileRead[] {
  const configs = whole(model.files.filter((file) => baseOf(file.path) === "config.pbtxt"));
  const graphs = model.files.filter((file) => baseOf(file.path) === "model.onnx").sort(shallowFirst).slice(0, maxCandidates); // prettier-ignore
  return [...configs, ...graphs.map((file) => ({ path: file.path, headBytes: 4 * mib, tailBytes: 0 }))];
}

function customReads(model: ScaffoldModel): FileRead[] {
  const automl = whole(model.files.filter((file) => isAutomlScript(file.path) || isAutomlConda(file.path)));
  const looks = candidates(model).map((file) => {
    // An ONNX graph names its inputs behind its weights; everything else tells at its beginning and its end.
    const graph = extensions.onnx.test(file.path);
    return { path: file.path, headBytes: (graph ? 16 : 4) * mib, tailBytes: graph ? 0 : 64 * kib };
  });
  return [...automl, ...looks.filter((look) => !automl.some((read) => read.path === look.path))];
}

/** What has to be read of a model version before `scaffold` can judge it. Bounded whatever the model holds. */
export function readsFor(model: ScaffoldModel, framework: Framework | null): readonly FileRead[] {
  if (framework === "mlflow" || (framework === null && model.type === "mlflow_model")) return mlflowReads(model);
  if (framework === "triton" || (framework === null && model.type === "triton_model")) return tritonReads(model);
  return customReads(model);
}
