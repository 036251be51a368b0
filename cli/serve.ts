import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { instanceEndCause } from "#server/domain/instance/exit";
import { lastTraceback } from "#server/domain/instance/traceback";
import { CommandFailure } from "./project/failure";

const serverPackage = "azureml-inference-server-http";
/** Lines that are kept to explain an end; the server lists the model folder, two hundred lines, after the failure itself. */
const keptLines = 1000;

export interface ServeOptions {
  readonly modelDir?: string;
  readonly port: number;
  readonly python: string;
  readonly requirements?: string;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

const hasServer = (python: string): boolean => spawnSync(python, ["-c", "import azureml_inference_server_http"], { stdio: "ignore" }).status === 0;

function run(command: string, args: readonly string[], remedy: string): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new CommandFailure(`${command} ${args.slice(0, 3).join(" ")} failed.`, remedy, `${stdout}${stderr}`.split("\n").slice(-15));
}

/** A Python with the inference server: the user's own when it has it, else a virtual environment in the user's cache, made once per requirements. */
function pythonWithServer({ python, requirements, say }: ServeOptions): string {
  if (requirements === undefined && hasServer(python)) return python;
  const wanted = requirements === undefined ? "" : readFileSync(requirements, "utf8");
  const digest = createHash("sha256").update(`${python}\n${wanted}`).digest("hex").slice(0, 16);
  const folder = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache"), "sluice", "serve", digest);
  const own = path.join(folder, "bin", "python");
  if (existsSync(own) && hasServer(own)) return own;
  say(`making a virtual environment with ${serverPackage} in ${folder} (once)`);
  mkdirSync(path.dirname(folder), { recursive: true });
  run(python, ["-m", "venv", folder], "Install Python with its venv module, or name another with --python.");
  const lists = requirements === undefined ? [] : ["-r", requirements];
  run(
    own,
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", serverPackage, ...lists],
    "Correct the requirements, or the way to the package index (PIP_INDEX_URL, PIP_CERT).",
  );
  return own;
}

/** Runs the real inference server with a scoring script, without an engine; a failure names file and line. Ends with the signal. */
export async function serve(script: string, options: ServeOptions): Promise<void> {
  const file = path.resolve(script);
  if (!existsSync(file)) throw new CommandFailure(`${script} does not exist.`, "Name the scoring script.");
  if (options.modelDir !== undefined && !existsSync(options.modelDir))
    throw new CommandFailure(`--model-dir: ${options.modelDir} does not exist.`, "Name the folder above the model's file or folder.");
  const python = pythonWithServer(options);
  const child = spawn(python, ["-m", "azureml_inference_server_http.amlserver", "--entry_script", file, "--port", String(options.port)], {
    cwd: path.dirname(file),
    env: {
      ...process.env,
      AML_APP_ROOT: path.dirname(file),
      WORKER_COUNT: String(options.workers),
      PYTHONUNBUFFERED: "1",
      ...(options.modelDir === undefined ? {} : { AZUREML_MODEL_DIR: path.resolve(options.modelDir) }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Apart, because a line of the one stream may come in the middle of the other's traceback.
  const kept = [child.stdout, child.stderr].map((stream) => {
    const lines: string[] = [];
    const reader = createInterface({ input: stream });
    reader.on("line", (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      options.say(line);
    });
    return { lines, read: once(reader, "close") };
  });
  options.signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (options.signal.aborted || exitCode === 0) return;
  await Promise.all(kept.map(({ read }) => read));
  const lines = kept.flatMap((stream) => stream.lines);
  const cause = instanceEndCause({ exitCode, outOfMemory: false, error: "" }, lines, 0);
  const place = lastTraceback(lines)?.place ?? null;
  throw new CommandFailure(
    `${cause.reason}: ${cause.message}${place === null ? "" : ` (${path.relative(process.cwd(), place.file)}:${String(place.line)})`}`,
    cause.hint,
  );
}
