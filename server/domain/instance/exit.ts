import { lastTraceback, type Traceback } from "./traceback";

/** How an instance came to its end, or why it is given up. */
export interface InstanceEnd {
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  /** The engine's own word, else empty. */
  readonly error: string;
  /** It runs, but did not answer its readiness probe in time. */
  readonly neverReady?: boolean;
}

/** A condition reason with what a person needs: a sentence, what to do, and the log's lines that show it. */
export interface EndCause {
  readonly reason: InstanceEndReason;
  readonly message: string;
  readonly hint: string;
  readonly lines: readonly string[];
}

type InstanceEndReason =
  | "ScriptMissingInit"
  | "ScriptMissingRun"
  | "ScriptMissing"
  | "ScriptSyntaxError"
  | "ScriptImportError"
  | "ScriptInitFailed"
  | "ModelFileMissing"
  | "OutOfMemory"
  | "CommandNotFound"
  | "NeverReady"
  | "ContainerExited";

const maxLines = 20;
const tail = (lines: readonly string[]): readonly string[] => lines.filter((line) => line.trim() !== "").slice(-maxLines);

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

function scriptCause(traceback: Traceback, lines: readonly string[]): EndCause | null {
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

function memoryCause(end: InstanceEnd, lines: readonly string[], memoryMib: number): EndCause | null {
  // The server's master survives its worker, so the container may well be running.
  const killed = lines.filter((line) => /was sent SIGKILL! Perhaps out of memory/.test(line));
  if (!end.outOfMemory && killed.length === 0 && lastTraceback(lines)?.exception !== "MemoryError") return null;
  return {
    reason: "OutOfMemory",
    message: `The container needed more than its ${String(memoryMib)} MiB of memory.`,
    hint: "Choose an instance type with more memory, or fewer workers (WORKER_COUNT).",
    lines: killed.length > 0 ? killed.slice(-3) : tail(lines),
  };
}

function commandCause(end: InstanceEnd, lines: readonly string[]): EndCause | null {
  const line = lines.find((text) => /exec .* failed: No such file or directory|executable file not found/.test(text));
  if (end.exitCode !== 127 && line === undefined && !/executable file not found|no such file or directory/i.test(end.error)) return null;
  const command = /exec (\S+) failed/.exec(line ?? "")?.[1];
  return {
    reason: "CommandNotFound",
    message: command === undefined ? "The container's command does not exist in the image." : `The command ${command} does not exist in the image.`,
    hint: "Check the image's command, and that the inference server is installed in the environment.",
    lines: tail(line === undefined ? [...lines, end.error] : [line]),
  };
}

/**
 * Why an instance ended or is given up, from what the engine saw and the last lines of its log (two hundred suffice).
 * Pure and total: what nothing explains is `NeverReady` or `ContainerExited`.
 */
export function instanceEndCause(end: InstanceEnd, lines: readonly string[], memoryMib: number): EndCause {
  const traceback = lastTraceback(lines);
  const known = memoryCause(end, lines, memoryMib) ?? (traceback === null ? null : scriptCause(traceback, lines)) ?? commandCause(end, lines);
  if (known !== null) return known;
  if (end.neverReady === true) {
    const inInit =
      lines.some((line) => /Invoking user's init function/.test(line)) &&
      !lines.some((line) => /init function (completed|succeeded)|Users's init has completed/i.test(line));
    return {
      reason: "NeverReady",
      message: inInit ? "The container runs, but init() has not come to its end." : "The container runs, but its readiness probe was never answered.",
      hint: inInit
        ? "Load less in init(), or raise the readiness probe's initial delay or failure threshold."
        : "Check the readiness route's path and port, and that the server listens on 0.0.0.0.",
      lines: tail(lines),
    };
  }
  return {
    reason: "ContainerExited",
    message: `The container ended with exit code ${end.exitCode === null ? "unknown" : String(end.exitCode)}${end.error === "" ? "" : ` (${end.error.slice(0, 300)})`}.`,
    hint: "The log's last lines say why.",
    lines: tail(lines),
  };
}
