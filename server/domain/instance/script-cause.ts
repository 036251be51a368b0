import type { EndCause } from "./end";
import { permissionCause } from "./permission-cause";
import type { Traceback } from "./traceback";

/** Modules whose package is called otherwise on the Python index. */
const packageOfModule: Readonly<Record<string, string>> = {
  sklearn: "scikit-learn",
  cv2: "opencv-python-headless",
  PIL: "pillow",
  yaml: "PyYAML",
  skimage: "scikit-image",
  dateutil: "python-dateutil",
  bs4: "beautifulsoup4",
};

const at = (traceback: Traceback): string =>
  traceback.place === null ? "" : ` at ${traceback.place.file.split("/").at(-1) ?? ""}:${String(traceback.place.line)}`;
const shown = (traceback: Traceback): string => (traceback.message === "" ? traceback.exception : `${traceback.exception}: ${traceback.message}`).slice(0, 500);

function missingModule(traceback: Traceback): EndCause {
  const module = /No module named '([^']+)'/.exec(traceback.message)?.[1] ?? "";
  const top = module.split(".")[0] ?? module;
  return {
    reason: "ScriptImportError",
    message: `The module ${module} is not installed${at(traceback)}.`,
    hint: `Add a line to the environment's requirements: ${packageOfModule[top] ?? top}. If it is a file of your own, put it into the code folder.`,
    lines: traceback.lines,
  };
}

function missingFile(traceback: Traceback): EndCause | null {
  const file = /No such file or directory: '([^']+)'/.exec(traceback.message)?.[1];
  if (file === undefined) return null;
  if (file.includes("/azureml-models/")) {
    return {
      reason: "ModelFileMissing",
      message: `The scoring script opens ${file}, which does not exist${at(traceback)}.`,
      hint: "Compare the path with the model's files. AZUREML_MODEL_DIR is the folder above the uploaded file or folder.",
      lines: traceback.lines,
    };
  }
  // Without a frame of the user's, it was the server that looked for the script itself.
  if (traceback.place !== null || !file.endsWith(".py")) return null;
  return {
    reason: "ScriptMissing",
    message: `The scoring script ${file} does not exist.`,
    hint: "Give the script's path inside the code folder.",
    lines: traceback.lines,
  };
}

/** The server calls init() without anything and run() with the request's data. */
function signatureCause(traceback: Traceback): EndCause | null {
  const inRun = traceback.exception === "UserScriptError" && /^run\(\)/.test(traceback.message);
  const inInit = traceback.exception === "TypeError" && traceback.place === null && /^init\(\) (?:missing|takes)/.test(traceback.message);
  if (!inRun && !inInit) return null;
  return {
    reason: "ScriptSignatureWrong",
    message: `The scoring script's ${inRun ? "run" : "init"}() cannot be called: ${traceback.message.replace(/\.$/, "")}.`,
    hint: inRun
      ? "Write def run(data): one named parameter for the request's data, and request_headers after it if they are wanted."
      : "Write def init(): without parameters. What it needs is in the model folder (AZUREML_MODEL_DIR) and in environment variables.",
    lines: traceback.lines,
  };
}

/** Why a scoring script did not start, from its traceback and the lines around it; null when it is not the script. */
export function scriptCause(traceback: Traceback, lines: readonly string[]): EndCause | null {
  if (/does not have a init\(\) function/.test(traceback.message))
    return {
      reason: "ScriptMissingInit",
      message: "The scoring script has no init() function.",
      hint: "Define init() without parameters; it runs once before the first request.",
      lines: traceback.lines,
    };
  if (/does not have a run\(\) function/.test(traceback.message))
    return {
      reason: "ScriptMissingRun",
      message: "The scoring script has no run() function.",
      hint: "Define run(data); it answers each request.",
      lines: traceback.lines,
    };
  const signature = signatureCause(traceback);
  if (signature !== null) return signature;
  if (/^(SyntaxError|IndentationError|TabError)$/.test(traceback.exception))
    return {
      reason: "ScriptSyntaxError",
      message: `The scoring script cannot be read${at(traceback)}: ${traceback.message}.`,
      hint: "Correct the line; `python -m py_compile` shows the same error.",
      lines: traceback.lines,
    };
  if (traceback.exception === "ModuleNotFoundError") return missingModule(traceback);
  if (traceback.exception === "ImportError")
    return {
      reason: "ScriptImportError",
      message: `An import failed${at(traceback)}: ${traceback.message}.`,
      hint: "The installed version of that package does not have this name: pin the version that the script was written for.",
      lines: traceback.lines,
    };
  const file = traceback.exception === "FileNotFoundError" ? missingFile(traceback) : null;
  if (file !== null) return file;
  const refused = /^(PermissionError|OSError)$/.test(traceback.exception) ? permissionCause(traceback.message, at(traceback), traceback.lines) : null;
  if (refused !== null) return refused;
  if (lines.some((line) => /User's init function failed/.test(line)))
    return {
      reason: "ScriptInitFailed",
      message: `init() failed${at(traceback)} with ${shown(traceback)}.`,
      hint: "Correct the line, or what it relies on: model files, environment variables, package versions.",
      lines: traceback.lines,
    };
  if (lines.some((line) => /Failed to import user script/.test(line)))
    return {
      reason: "ScriptImportError",
      message: `The scoring script failed while it was imported${at(traceback)} with ${shown(traceback)}.`,
      hint: "Code outside of functions runs at import; move what can fail into init().",
      lines: traceback.lines,
    };
  return null;
}
