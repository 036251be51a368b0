import type { AssetFile, ModelType } from "./types";

/** `<model>/<version number>/model.<format>`, in the formats that Triton's backends load: a pickle in a numbered folder is none of them. */
const tritonFile = /(^|\/)[^/]+\/\d+\/(model\.(onnx|pt|plan|graphdef|py|xml|dali)$|model\.savedmodel\/)/i;

/** The model type that a file list promises: an MLmodel file, a Triton repository layout, else a custom model. */
export function detectModelType(files: readonly AssetFile[]): ModelType {
  if (files.some((file) => file.path === "MLmodel" || file.path.endsWith("/MLmodel"))) return "mlflow_model";
  if (files.some((file) => tritonFile.test(file.path) || file.path.endsWith("/config.pbtxt"))) return "triton_model";
  return "custom_model";
}

const topLevel = (name: string): RegExp => new RegExp(`^(async\\s+)?def\\s+${name}\\s*\\(|^${name}\\s*=`, "m");

/** Whether Python source defines `init` and `run` at its top level, which the inference server needs. */
export const definesScoring = (source: string): boolean => topLevel("init").test(source) && topLevel("run").test(source);
