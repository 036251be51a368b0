import { parseCondaFile } from "./conda";
import { pipNames } from "./conda-packages";
import { readCondaSpec } from "./conda-spec";
import { normalizedName, parseRequirements } from "./requirements";
import type { EnvironmentSpec } from "./types";

type BuildFailureReason =
  | "DependencyConflict"
  | "PackageNotFound"
  | "PythonIncompatible"
  | "CompilerMissing"
  | "RequirementInvalid"
  | "NetworkUnreachable"
  | "BaseImageUnavailable"
  | "DockerfileInvalid"
  | "ContextFileMissing"
  | "DiskFull"
  | "BuildOutOfMemory"
  | "BuildTimedOut"
  | "BuildFailed";

export interface BuildFailure {
  readonly reason: BuildFailureReason;
  readonly message: string;
  readonly hint: string;
  /** The log's lines that show it, at most twenty. */
  readonly lines: readonly string[];
}

interface Rule {
  readonly reason: BuildFailureReason;
  readonly pattern: RegExp;
  readonly message: (match: RegExpExecArray, asked: (name: string) => string, text: string) => string;
  readonly hint: string;
}

const maxLines = 20;
const conflictHint = "Loosen one of the versions that the log's lines name.";

/** Causes first, consequences later: a resolver that cannot reach its index also finds no solution. */
const rules: readonly Rule[] = [
  {
    reason: "BuildTimedOut",
    pattern: /The build took longer than (\d+) seconds/,
    message: (match) => `The build took longer than ${match[1] ?? ""} seconds and was stopped.`,
    hint: "Use fewer or smaller packages, or raise the build's time limit in the server's settings.",
  },
  {
    reason: "DiskFull",
    pattern: /The build wrote more than the .* of disk that it may use.*/,
    message: (match) => match[0],
    hint: "Write less in that step: remove in the same RUN line what only it needs, or choose smaller packages. Otherwise raise SLUICE_BUILD_DISK_GIB in the server's settings.",
  },
  {
    reason: "DiskFull",
    pattern: /The engine's disk has .* left, less than the .* that builds leave free.*/,
    message: (match) => match[0],
    hint: "Free space on the engine's disk, for example by removing environments and images that nothing uses, and build again.",
  },
  {
    reason: "DiskFull",
    pattern: /no space left on device|ENOSPC|disk quota exceeded/i,
    message: () => "The disk of the engine is full.",
    hint: "Free space, for example by removing environments and images that nothing uses, and build again.",
  },
  {
    reason: "DockerfileInvalid",
    pattern: /dockerfile parse error.*|unknown instruction.*|no build stage in current context/i,
    message: (match) => `The Dockerfile cannot be read: ${match[0]}.`,
    hint: "Correct the Dockerfile.",
  },
  {
    reason: "ContextFileMissing",
    pattern:
      /(?:COPY|ADD) failed: .*?(?:stat |forbidden path outside the build context: )(\S*?)(?::|,| \().*|build context is not complete: file is missing: (.*)/,
    message: (match) => `The build context has no file ${(match[1] ?? match[2] ?? "").replace(/^.*\/docker-builder\d+\//, "")}.`,
    hint: "Put the file into the context folder, upload the folder again, and make a new version of the environment from it.",
  },
  {
    reason: "BaseImageUnavailable",
    pattern:
      /(?:pull access denied for|manifest for|repository) (\S+?)(?:,| not found| does not exist)|Get "https?:\/\/[^"]*\/v2\/.*(?:no such host|connection refused|i\/o timeout|Client\.Timeout).*/i,
    message: (match) =>
      match[1] === undefined
        ? "The base image could not be fetched: its registry does not answer."
        : `The base image ${match[1]} does not exist or may not be read.`,
    hint: "Check the image's name, that this machine reaches its registry, and its credentials; or choose the platform's own base.",
  },
  {
    reason: "CompilerMissing",
    pattern:
      /No such file or directory: '[^']*(?:gcc|g\+\+|cc|clang)'|command '[^']*gcc' failed|C compiler or Python headers are not installed|unable to execute 'gcc'/i,
    message: (_match, asked, text) => {
      const name = /Failed to (?:download and )?build `?([A-Za-z0-9._-]+?)(?:==|[`\s]|$)/m.exec(text)?.[1];
      return `${name === undefined ? "A package" : `${name}${asked(name)}`} has no ready-made wheel for this Python and needs a compiler, which the base image lacks.`;
    },
    hint: "Take a newer version of the package that has a wheel, or a base image with gcc and python3-dev.",
  },
  {
    reason: "NetworkUnreachable",
    pattern:
      /dns error|failed to lookup address|Temporary failure in name resolution|Some index files failed to download|error sending request for url \(([^)]*)\)|Failed to establish a new connection|UnknownIssuer|invalid peer certificate|CERTIFICATE_VERIFY_FAILED|Could not resolve host/i,
    message: () => "The package index could not be reached from the build.",
    hint: "Check the machine's network, proxy and package-index settings. Where TLS is inspected, set SLUICE_EXTRA_CA_FILE to the network's own authority.",
  },
  {
    reason: "PythonIncompatible",
    pattern: /sluice: (the base image has Python .*)/,
    message: (match) => `${(match[1] ?? "").replace(/^the/, "The")}.`,
    hint: "Choose a base image with that Python, or ask for the one that it has.",
  },
  {
    reason: "PythonIncompatible",
    pattern:
      /Because (?:only )?([A-Za-z0-9._-]+)[^ ]* has no wheels with a matching Python|the (?:current|requested) Python version \(([^)]*)\) does not satisfy/,
    message: (match, asked) =>
      match[1] === undefined ? "A package does not support this version of Python." : `${match[1]} has no wheel for this version of Python${asked(match[1])}.`,
    hint: "Choose a version of the package that supports this Python.",
  },
  {
    reason: "PackageNotFound",
    pattern: /Because ([A-Za-z0-9._-]+) was not found in the package registry/,
    message: (match, asked) => `No package is called ${match[1] ?? ""}${asked(match[1] ?? "")}.`,
    hint: "Check the spelling; a name of conda's may be called otherwise on the Python index.",
  },
  {
    reason: "PackageNotFound",
    pattern: /Because (?:there is no version of|only the following versions of) ([A-Za-z0-9._-]+?)(==\S+)?(?: and you require| are available|,)/,
    message: (match, asked) => `There is no version ${(match[2] ?? "").replace(/^==/, "")} of ${match[1] ?? ""}${asked(match[1] ?? "")}.`.replace("  ", " "),
    hint: "Choose a version that exists.",
  },
  {
    reason: "PackageNotFound",
    pattern: /Because only ([A-Za-z0-9._-]+?)([<>]=?\S+) (?:is|are) available and you require \1(\S+?)(?:,| )/,
    message: (match, asked) =>
      `There is no version ${(match[3] ?? "").replace(/^==/, "").replace(/\.\*$/, "")} of ${match[1] ?? ""}${asked(match[1] ?? "")}; there are ${match[2] ?? ""}.`,
    hint: "Choose a version that exists.",
  },
  {
    reason: "DependencyConflict",
    pattern: /you require ([A-Za-z0-9._-]+?)(?:[=<>!~]\S*)?, we can conclude that your requirements are unsatisfiable/,
    message: (match, asked) => `${match[1] ?? ""} excludes another package of the environment${asked(match[1] ?? "")}.`,
    hint: conflictHint,
  },
  {
    reason: "DependencyConflict",
    pattern: /No solution found when resolving dependencies|ResolutionImpossible/,
    message: () => "The packages exclude each other.",
    hint: conflictHint,
  },
  {
    reason: "RequirementInvalid",
    pattern: /Couldn't parse requirement.*|Invalid requirement: .*/,
    message: () => "A line of the requirements cannot be read.",
    hint: "Write `package` or `package==version`.",
  },
  {
    reason: "BuildOutOfMemory",
    pattern: /returned a non-zero code: 137|^Killed$/m,
    message: () => "The build needed more memory than it may use.",
    hint: "Use fewer or smaller packages, or raise the build's memory limit in the server's settings.",
  },
];

/** Line of the user's file that asks for this package, by the name it has on the Python index; null when none does. */
export function lineAskingFor(spec: Pick<EnvironmentSpec, "condaFile" | "requirements">, name: string): number | null {
  const wanted = normalizedName(name);
  if (spec.requirements !== null) return parseRequirements(spec.requirements).lines.find(({ text }) => normalizedName(text) === wanted)?.line ?? null;
  if (spec.condaFile === null) return null;
  const file = parseCondaFile(spec.condaFile);
  const asks = (text: string) => {
    const conda = readCondaSpec(text);
    return conda !== null && normalizedName(pipNames.get(conda.name) ?? conda.name) === wanted;
  };
  return (file.dependencies.find(({ text }) => asks(text)) ?? file.pip.find(({ text }) => normalizedName(text) === wanted))?.line ?? null;
}

/** What to show: from the first line that says error, without the command that only repeats the recipe. */
function relevant(lines: readonly string[]): readonly string[] {
  const told = lines.filter((line) => line.trim() !== "" && !/^The command '/.test(line) && !/^\s*-+> /.test(line) && !/^Step \d+\//.test(line));
  const first = told.findIndex((line) => /^\s*(error|hint|.*\berror\b:)/i.test(line));
  return (first < 0 ? told.slice(-maxLines) : told.slice(first)).slice(0, maxLines);
}

/**
 * Why an image did not build, from the end of its log and the outcome's message; names the line of the user's file
 * where one is to blame. Pure and total: what nothing explains is `BuildFailed`.
 */
export function classifyBuildFailure(
  logLines: readonly string[],
  message: string,
  spec: Pick<EnvironmentSpec, "condaFile" | "requirements"> = { condaFile: null, requirements: null },
): BuildFailure {
  const text = [...logLines, message].join("\n");
  const asked = (name: string): string => {
    const line = lineAskingFor(spec, name);
    return line === null ? "" : ` (line ${String(line)})`;
  };
  for (const rule of rules) {
    const match = rule.pattern.exec(text);
    if (match === null) continue;
    const lines = relevant(logLines);
    return { reason: rule.reason, message: rule.message(match, asked, text), hint: rule.hint, lines: lines.length > 0 ? lines : [message] };
  }
  const lines = relevant(logLines);
  return {
    reason: "BuildFailed",
    message: `The image could not be built: ${message.slice(0, 300)}`,
    hint: "The log's last lines say why.",
    lines: lines.length > 0 ? lines : [message],
  };
}
