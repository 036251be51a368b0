import type { AssetFile, ModelType } from "./types";

/** The model type that a file list promises: an MLmodel file, a Triton repository layout, else a custom model. */
export function detectModelType(files: readonly AssetFile[]): ModelType {
  if (files.some((file) => file.path === "MLmodel" || file.path.endsWith("/MLmodel"))) return "mlflow_model";
  // Triton: <model>/<version number>/model.<format>
  if (files.some((file) => /(^|\/)[^/]+\/\d+\/model\.[a-z0-9]+$/i.test(file.path))) return "triton_model";
  return "custom_model";
}

const topLevel = (name: string): RegExp => new RegExp(`^(async\\s+)?def\\s+${name}\\s*\\(|^${name}\\s*=`, "m");

/** Whether Python source defines `init` and `run` at its top level, which the inference server needs. */
export const definesScoring = (source: string): boolean => topLevel("init").test(source) && topLevel("run").test(source);
