import { tail, type EndCause, type InstanceEnd } from "./end";
import { refusedInLog } from "./permission-cause";
import { scriptCause } from "./script-cause";
import { silenceCause } from "./silence-cause";
import { lastTraceback } from "./traceback";

function memoryCause(end: InstanceEnd, lines: readonly string[], memoryMib: number): EndCause | null {
  // The server's master survives its worker, so the container may well be running.
  const killed = lines.filter((line) => /was sent SIGKILL! Perhaps out of memory/.test(line));
  if (!end.outOfMemory && killed.length === 0 && lastTraceback(lines)?.exception !== "MemoryError") return null;
  const shown = killed.length > 0 ? killed.slice(-3) : tail(lines);
  const started = end.wasReady === true || lines.some((line) => /Users's init has completed/.test(line));
  return started
    ? outOfMemory(memoryMib, shown)
    : {
        reason: "InitOutOfMemory",
        message: `Starting needed more than the instance's ${String(memoryMib)} MiB of memory.`,
        hint: "Choose an instance type with more memory, or fewer workers (WORKER_COUNT): each loads the model anew.",
        lines: shown,
      };
}

/** Of an instance that had been serving. */
export function outOfMemory(memoryMib: number, lines: readonly string[]): EndCause {
  return {
    reason: "OutOfMemory",
    message: `Serving requests needed more than the instance's ${String(memoryMib)} MiB of memory.`,
    hint: "Choose an instance type with more memory, send less data in one request, or let fewer run at once (WORKER_COUNT, max concurrent requests).",
    lines,
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

/** Triton names the backend that it lacks; what is installed its start script says. */
function backendCause(lines: readonly string[]): EndCause | null {
  const line = lines.find((text) => /unable to find backend library for backend '/.test(text));
  if (line === undefined) return null;
  const backend = /for backend '([^']+)'/.exec(line)?.[1] ?? "";
  const model = /failed to load '([^']+)'/.exec(line)?.[1];
  const installed = lines.flatMap((text) => /^Installed backends: (.+)$/.exec(text)?.[1]?.trim().split(/\s+/).join(", ") ?? [])[0];
  return {
    reason: "TritonBackendMissing",
    message: `${model === undefined ? "A model" : `The model ${model}`} needs Triton's ${backend} backend, which this image lacks.${installed === undefined ? "" : ` It has: ${installed}.`}`,
    hint: "Export the model to ONNX, wrap it in a model.py for the Python backend, or use an image of NVIDIA's that has the backend.",
    lines: [line],
  };
}

/**
 * Why an instance ended or is given up, from what the engine saw and the last lines of its log (two hundred suffice).
 * Pure and total: what nothing explains is `NeverReady` or `ContainerExited`.
 */
export function instanceEndCause(end: InstanceEnd, lines: readonly string[], memoryMib: number): EndCause {
  const traceback = lastTraceback(lines);
  const known =
    memoryCause(end, lines, memoryMib) ?? (traceback === null ? null : scriptCause(traceback, lines)) ?? backendCause(lines) ?? commandCause(end, lines);
  if (known !== null) return known;
  if (end.neverReady === true) return silenceCause(end, lines);
  return (
    refusedInLog(lines) ?? {
      reason: "ContainerExited",
      message: `The container ended with exit code ${end.exitCode === null ? "unknown" : String(end.exitCode)}${end.error === "" ? "" : ` (${end.error.slice(0, 300)})`}.`,
      hint: "The log's last lines say why.",
      lines: tail(lines),
    }
  );
}
