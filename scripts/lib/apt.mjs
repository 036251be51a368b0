// Debian's package tools as set-up uses them. No dependencies: this runs before node_modules exists.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const TETHER = fileURLToPath(new URL("tether.mjs", import.meta.url));
const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The environment's PATH with the system's sbin folders, which a plain user's shell often leaves out. */
export function withSystemPath(env = process.env) {
  return { ...env, PATH: [env.PATH, SYSTEM_PATH].filter(Boolean).join(":") };
}

/**
 * Finds a program on the PATH (with the sbin folders).
 * @param {string} name
 * @returns {string | undefined} its absolute path
 */
export function which(name, env = process.env) {
  for (const folder of (withSystemPath(env).PATH ?? "").split(":")) {
    const file = path.join(folder, name);
    if (folder && existsSync(file)) return file;
  }
  return undefined;
}

/**
 * Parses /etc/os-release.
 * @returns {{ id: string, like: string[], codename: string, name: string }}
 */
export function osRelease(file = "/etc/os-release") {
  if (!existsSync(file)) return { id: process.platform, like: [], codename: "", name: process.platform };
  /** @type {Record<string, string>} */
  const fields = {};
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const match = /^([A-Z_]+)=(.*)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) fields[match[1]] = match[2].replace(/^["']|["']$/g, "");
  }
  return {
    id: fields.ID ?? "",
    like: (fields.ID_LIKE ?? "").split(" ").filter(Boolean),
    codename: fields.VERSION_CODENAME ?? "",
    name: fields.PRETTY_NAME ?? fields.ID ?? "",
  };
}

/** True on Debian, Ubuntu and what calls itself like them. */
export function isDebianLike(release = osRelease()) {
  return [release.id, ...release.like].some((id) => id === "debian" || id === "ubuntu");
}

/**
 * Runs a program to its end, handing each output line to `onLine`.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, onLine?: (line: string) => void, input?: string, timeoutMs?: number, tethered?: boolean }} [options]
 *   `tethered`: it ends when we are killed; not for package managers, which must not be cut off half-way
 * @returns {Promise<{ code: number, output: string }>} exit code (127: not found, 124: too long) and the last 64 KiB of output
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const [program, ...given] = options.tethered ? [process.execPath, TETHER, command, ...args] : [command, ...args];
    /** @type {import("node:child_process").SpawnOptions} */
    const how = {
      env: withSystemPath(options.env),
      cwd: options.cwd,
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe", ...(options.tethered ? [/** @type {const} */ ("ipc")] : [])],
    };
    const child = spawn(program, given, how);
    let output = "";
    let tooLong = false;
    const timer = options.timeoutMs
      ? setTimeout(() => {
          tooLong = true;
          child.kill("SIGKILL");
        }, options.timeoutMs)
      : undefined;
    const take = lineSplitter((line) => {
      output = `${output}${line}\n`.slice(-65536);
      options.onLine?.(line);
    });
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.stdin?.end(options.input);
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: `${output}${error.message}\n` });
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      take.flush();
      resolve({ code: tooLong ? 124 : (code ?? (signal ? 128 : 1)), output });
    });
  });
}

/** @param {(line: string) => void} onLine */
function lineSplitter(onLine) {
  let rest = "";
  /** @param {Buffer | string} chunk */
  const take = (chunk) => {
    const lines = (rest + chunk.toString()).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  };
  take.flush = () => {
    if (rest) onLine(rest);
    rest = "";
  };
  return take;
}

/**
 * Which of the packages dpkg does not have installed.
 * @param {string[]} packages
 */
export async function missingPackages(packages) {
  const { output } = await run("dpkg-query", ["-W", "-f=${Package} ${db:Status-Abbrev}\\n", ...packages]);
  const have = new Set(
    output
      .split("\n")
      .filter((line) => / ii\b/.test(line))
      .map((line) => line.split(" ")[0]),
  );
  return packages.filter((name) => !have.has(name));
}

/** @typedef {{ log?: (line: string) => void, onLine?: (line: string) => void }} AptOptions */

/** @type {Promise<unknown>} */
let turn = Promise.resolve();

/**
 * Installs what is missing of `packages`; waits up to two minutes for another package manager's lock. Calls take turns: steps of a set-up run side by
 * side, and apt's lists have one user at a time. Throws an Error with the last lines of apt's output.
 * @param {string[]} packages
 * @param {AptOptions} [options]
 * @returns {Promise<string[]>} what was installed
 */
export function aptInstall(packages, options = {}) {
  const mine = turn.then(() => installMissing(packages, options));
  turn = mine.catch(() => undefined);
  return mine;
}

/** @param {string[]} packages @param {AptOptions} options @returns {Promise<string[]>} */
async function installMissing(packages, { log = () => {}, onLine }) {
  const missing = await missingPackages(packages);
  if (missing.length === 0) return [];
  if (process.getuid?.() !== 0) {
    throw new Error(`These packages are missing: ${missing.join(", ")}. Install them: sudo apt-get install -y ${missing.join(" ")}`);
  }
  log(`installing ${missing.join(", ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = onLine ? { env, onLine } : { env };
  const install = ["install", "-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", ...missing];
  // A machine whose lists are fresh installs at once; otherwise the lists are read first.
  let result = await run("apt-get", install, options);
  if (result.code !== 0) {
    const update = await run("apt-get", ["update", "-qq", "-o", "DPkg::Lock::Timeout=120"], options);
    result = await run("apt-get", install, options);
    if (result.code !== 0) throw new Error(aptFailure(missing, `${update.output}${result.output}`));
  }
  return missing;
}

/** @param {string[]} packages @param {string} output */
function aptFailure(packages, output) {
  const tail = output.trim().split("\n").slice(-8).join("\n");
  return `apt-get could not install ${packages.join(", ")}:\n${tail}`;
}

/**
 * @typedef {{ uri: string, suites: string[], components: string[], signedBy: string | undefined }} AptSource
 */

/**
 * Reads the host's own package sources (both formats), disabled and source-only entries left out.
 * @param {string} [root] folder that holds sources.list and sources.list.d
 * @returns {AptSource[]}
 */
export function aptSources(root = "/etc/apt") {
  const files = [path.join(root, "sources.list")];
  const folder = path.join(root, "sources.list.d");
  if (existsSync(folder))
    files.push(
      ...readdirSync(folder)
        .sort()
        .map((name) => path.join(folder, name)),
    );
  return files.flatMap((file) => {
    if (!existsSync(file)) return [];
    const text = readFileSync(file, "utf8");
    if (file.endsWith(".sources")) return parseDeb822(text);
    return file.endsWith(".list") ? parseOneLine(text) : [];
  });
}

/** @param {string} text @returns {AptSource[]} */
function parseDeb822(text) {
  return text.split(/\n\s*\n/).flatMap((block) => {
    /** @type {Record<string, string>} */
    const fields = {};
    for (const line of block.split("\n")) {
      const match = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
      if (match?.[1] !== undefined && match[2] !== undefined) fields[match[1].toLowerCase()] = match[2].trim();
    }
    const words = (/** @type {string} */ name) => (fields[name] ?? "").split(/\s+/).filter(Boolean);
    if (!words("types").includes("deb") || fields.enabled === "no") return [];
    const signedBy = fields["signed-by"]?.startsWith("/") ? fields["signed-by"] : undefined;
    return words("uris").map((uri) => ({ uri, suites: words("suites"), components: words("components"), signedBy }));
  });
}

/** @param {string} text @returns {AptSource[]} */
function parseOneLine(text) {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(line.replace(/#.*/, ""));
    if (!match || match[2] === undefined || match[3] === undefined) return [];
    const signedBy = /signed-by=(\/\S+)/.exec(match[1] ?? "")?.[1];
    return [{ uri: match[2], suites: [match[3]], components: (match[4] ?? "").split(/\s+/).filter(Boolean), signedBy }];
  });
}

/**
 * The distribution's own sources (release, updates, security) as one-line entries for mmdebstrap.
 * Third-party sources are left out by their suites. `[]` when the host has none for its release.
 * @param {AptSource[]} sources
 * @param {string} codename for example "bookworm"
 */
export function releaseLines(sources, codename) {
  const wanted = new Set([codename, `${codename}-updates`, `${codename}-security`, `${codename}/updates`]);
  return sources.flatMap((source) =>
    source.suites
      .filter((suite) => wanted.has(suite))
      .map((suite) => {
        const options = source.signedBy ? `[signed-by=${source.signedBy}] ` : "";
        return `deb ${options}${source.uri} ${suite} ${source.components.join(" ")}`;
      }),
  );
}

/**
 * The source of the release suite itself, whose mirror also carries the other suites of the archive.
 * @param {AptSource[]} sources
 * @param {string} codename
 */
export function releaseSource(sources, codename) {
  return sources.find((source) => source.suites.includes(codename));
}
