/** One instruction of a Dockerfile: where it starts, its keyword in capitals, and everything after it with continuations joined. */
export interface Instruction {
  /** 1-based. */
  readonly line: number;
  readonly endLine: number;
  readonly keyword: string;
  readonly text: string;
}

export interface DockerfileProblem {
  readonly line: number;
  readonly message: string;
  readonly remedy: string;
}

/** A `FROM` and what it names. */
export interface BaseImage {
  readonly line: number;
  /** As written, arguments not yet filled in. */
  readonly written: string;
  /** The image, or null when it cannot be known before the build: an argument without a value. */
  readonly reference: string | null;
}

const keywords = new Set([
  "ADD",
  "ARG",
  "CMD",
  "COPY",
  "ENTRYPOINT",
  "ENV",
  "EXPOSE",
  "FROM",
  "HEALTHCHECK",
  "LABEL",
  "MAINTAINER",
  "ONBUILD",
  "RUN",
  "SHELL",
  "STOPSIGNAL",
  "USER",
  "VOLUME",
  "WORKDIR",
]);

/** Character that continues a line; a directive in the first lines can change it, as Windows images do. */
const escapeOf = (text: string): string => /^(?:\s*#\s*\w+\s*=.*\n)*?\s*#\s*escape\s*=\s*([\\`])/i.exec(text)?.[1] ?? "\\";

/** Reads a Dockerfile into instructions. Total: what no builder would take is an instruction with an unknown keyword. */
export function readDockerfile(text: string): readonly Instruction[] {
  const escape = escapeOf(text);
  const found: Instruction[] = [];
  let open: { readonly line: number; text: string } | null = null;
  const lines = text.split(/\r\n|\n|\r/);
  lines.forEach((raw, index) => {
    const line = index + 1;
    const trimmed = raw.trim();
    // Comments and empty lines may stand inside a continued instruction.
    if (trimmed.startsWith("#") || (trimmed === "" && line < lines.length)) return;
    const continued = trimmed.endsWith(escape);
    const part = continued ? trimmed.slice(0, -1).trim() : trimmed;
    const joined: { readonly line: number; text: string } = open === null ? { line, text: part } : { line: open.line, text: `${open.text} ${part}`.trim() };
    open = continued ? joined : null;
    if (!continued && joined.text !== "") found.push(instructionOf(joined.text, joined.line, line));
  });
  const rest = open as { readonly line: number; text: string } | null;
  if (rest !== null && rest.text !== "") found.push(instructionOf(rest.text, rest.line, lines.length));
  return found;
}

function instructionOf(text: string, line: number, endLine: number): Instruction {
  const keyword = /^\S+/.exec(text)?.[0] ?? "";
  return { line, endLine, keyword: keyword.toUpperCase(), text: text.slice(keyword.length).trim() };
}

/** Flags and here-documents that only BuildKit knows; engines of all ages build with the classic builder here. */
function judgeFlags({ keyword, text, line }: Instruction): DockerfileProblem | null {
  const flag = /^--(mount|security|network|chmod|link|parents|exclude|checksum|keep-git-dir)\b/.exec(text)?.[1];
  if (flag !== undefined && ["RUN", "COPY", "ADD"].includes(keyword))
    return {
      line,
      message: `${keyword} --${flag} needs BuildKit, which is not used here.`,
      remedy: flag === "chmod" ? "Set the mode with a `RUN chmod` after the copy." : `Write the ${keyword} without --${flag}.`,
    };
  if (["RUN", "COPY", "ADD"].includes(keyword) && /(^|\s)<<-?["']?[A-Za-z_]\w*["']?(\s|$)/.test(text))
    return {
      line,
      message: "Here-documents need BuildKit, which is not used here.",
      remedy: "Put the text into a file of the context, or join the commands with &&.",
    };
  return null;
}

function judgeCopy({ keyword, text, line }: Instruction): DockerfileProblem | null {
  if (keyword !== "COPY" && keyword !== "ADD") return null;
  const words = text.split(/\s+/).filter((word) => !word.startsWith("--"));
  if (/--from=/.test(text)) return null;
  if (words.length < 2 && !text.includes("["))
    return { line, message: `${keyword} needs a source and a destination.`, remedy: `Write \`${keyword} file /place/\`.` };
  const outside = words.slice(0, -1).find((word) => /^["'[]*(\.\.\/|\/\.\.)/.test(word));
  return outside === undefined
    ? null
    : { line, message: `${outside} lies outside the build context.`, remedy: "Put the file into the context folder and name it from there." };
}

function judgeInstruction(instruction: Instruction): DockerfileProblem | null {
  const { keyword, line, text } = instruction;
  if (!keywords.has(keyword))
    return {
      line,
      message: `${keyword.slice(0, 40)} is not an instruction of a Dockerfile.`,
      remedy: "Correct the word; a line that goes on ends with a backslash.",
    };
  if (text === "") return { line, message: `${keyword} says nothing.`, remedy: "Complete the instruction or remove it." };
  return judgeFlags(instruction) ?? judgeCopy(instruction);
}

/** What can be known to fail before anything is built, each with its line. */
export function judgeDockerfile(text: string): readonly DockerfileProblem[] {
  const instructions = readDockerfile(text);
  const first = instructions.find(({ keyword }) => keyword !== "ARG");
  if (first === undefined) return [{ line: 1, message: "The Dockerfile has no FROM.", remedy: "Begin with `FROM image:tag`." }];
  const problems = instructions.flatMap((instruction) => judgeInstruction(instruction) ?? []);
  if (first.keyword === "FROM" || problems.some(({ line }) => line === first.line)) return problems;
  return [{ line: first.line, message: `${first.keyword} stands before the first FROM.`, remedy: "Only ARG may; begin with `FROM image:tag`." }, ...problems];
}

const argPattern = /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\$([A-Za-z_]\w*)/g;

/** Fills arguments in; null when one of them has no value. */
function fill(text: string, values: ReadonlyMap<string, string>): string | null {
  let filled = "";
  let from = 0;
  for (const match of text.matchAll(argPattern)) {
    const [whole, braced, fallback, bare] = match;
    const value = values.get(braced ?? bare ?? "") ?? fallback ?? "";
    if (value === "") return null;
    filled += text.slice(from, match.index) + value;
    from = match.index + whole.length;
  }
  return filled + text.slice(from);
}

const fromPattern = /^(?:--platform=\S+\s+)?(\S+)(?:\s+as\s+(\S+))?\s*$/i;

/** The images that the stages stand on, in order; stages that stand on earlier ones, and `scratch`, are left out. */
export function baseImages(text: string, buildArgs: Readonly<Record<string, string>>): readonly BaseImage[] {
  const values = new Map<string, string>();
  const stages = new Set<string>();
  const found: BaseImage[] = [];
  let global = true;
  for (const { keyword, text: rest, line } of readDockerfile(text)) {
    if (keyword === "ARG" && global) {
      for (const [, name = "", , value] of rest.matchAll(/(\w+)(=("[^"]*"|'[^']*'|\S*))?/g)) {
        const given = Object.hasOwn(buildArgs, name) ? buildArgs[name] : value?.replace(/^(["'])(.*)\1$/, "$2");
        if (given !== undefined) values.set(name, given);
      }
    }
    if (keyword !== "FROM") continue;
    global = false;
    const match = fromPattern.exec(rest);
    if (match?.[1] === undefined) continue;
    const reference = fill(match[1], values);
    const isStage = reference !== null && stages.has(reference.toLowerCase());
    if (match[2] !== undefined) stages.add(match[2].toLowerCase());
    if (!isStage && reference !== "scratch") found.push({ line, written: match[1], reference });
  }
  return found;
}

/** The Dockerfile with each base replaced by what `pins` has for its reference, so that the build takes exactly that image. */
export function pinBases(text: string, buildArgs: Readonly<Record<string, string>>, pins: ReadonlyMap<string, string>): string {
  const bases = new Map(baseImages(text, buildArgs).map((base) => [base.line, base]));
  return text
    .split("\n")
    .map((line, index) => {
      const base = bases.get(index + 1);
      const pinned = base?.reference == null ? undefined : pins.get(base.reference);
      return base === undefined || pinned === undefined ? line : line.replace(base.written, () => pinned);
    })
    .join("\n");
}
