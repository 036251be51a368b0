import { LineCounter, isMap, isScalar, isSeq, parseDocument, type Node } from "yaml";
import type { RecipeNote, RecipeProblem, SourceLine } from "./recipe-types";

export interface CondaFile {
  readonly dependencies: readonly SourceLine[];
  /** Entries of the `pip:` list. */
  readonly pip: readonly SourceLine[];
  readonly notes: readonly RecipeNote[];
  readonly problems: readonly RecipeProblem[];
}

const knownKeys = new Set(["name", "channels", "dependencies", "prefix", "platforms"]);

class Reader {
  readonly dependencies: SourceLine[] = [];
  readonly pip: SourceLine[] = [];
  readonly notes: RecipeNote[] = [];
  readonly problems: RecipeProblem[] = [];

  constructor(private readonly lines: LineCounter) {}

  lineOf(node: unknown): number {
    const start = (node as Node | null)?.range?.[0] ?? 0;
    return this.lines.linePos(start).line || 1;
  }

  problem(node: unknown, message: string, remedy: string): void {
    this.problems.push({ line: this.lineOf(node), package: null, message, remedy });
  }

  readKey(key: unknown, value: unknown): void {
    const name = isScalar(key) ? String(key.value) : "";
    if (name === "dependencies") this.readDependencies(value, key);
    else if (name === "variables")
      this.notes.push({ line: this.lineOf(key), message: "`variables` is not used: set environment variables on the deployment." });
    else if (!knownKeys.has(name)) this.notes.push({ line: this.lineOf(key), message: `\`${name.slice(0, 60)}\` is not used.` });
  }

  readDependencies(value: unknown, key: unknown): void {
    if (!isSeq(value)) {
      this.problem(key, "`dependencies` is not a list.", "Write one `- package=version` per line below it.");
      return;
    }
    for (const item of value.items) {
      if (isMap(item)) this.readPipMap(item);
      else this.readText(item, this.dependencies);
    }
  }

  readPipMap(item: unknown): void {
    if (!isMap(item)) return;
    for (const pair of item.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : "";
      if (name !== "pip")
        this.problem(
          pair.key ?? item,
          `\`${name.slice(0, 60)}:\` cannot be installed from inside \`dependencies\`.`,
          "Only a `pip:` list is understood there.",
        );
      else if (pair.value === null || (isScalar(pair.value) && pair.value.value === null)) continue;
      else if (!isSeq(pair.value)) this.problem(pair.value, "`pip` is not a list.", "Write one `- package==version` per line below it.");
      else for (const entry of pair.value.items) this.readText(entry, this.pip);
    }
  }

  readText(item: unknown, into: SourceLine[]): void {
    if (isScalar(item) && typeof item.value === "string" && item.value.trim() !== "") into.push({ line: this.lineOf(item), text: item.value.trim() });
    else this.problem(item, "This entry is not a package.", "Write `package`, `package=version` or a `pip:` list.");
  }
}

/** Reads a conda environment file. Never throws: what is wrong with the text is in `problems`, each with its line. */
export function parseCondaFile(text: string): CondaFile {
  const lines = new LineCounter();
  const reader = new Reader(lines);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
  for (const error of document.errors) {
    reader.problems.push({
      line: lines.linePos(error.pos[0]).line || 1,
      package: null,
      message: `The file is not valid YAML: ${error.message}`,
      remedy: "Correct the file's syntax.",
    });
  }
  if (reader.problems.length > 0) return reader;
  if (!isMap(document.contents)) {
    reader.problem(document.contents, "The file is not a conda environment.", "It needs a `dependencies:` list.");
    return reader;
  }
  for (const pair of document.contents.items) reader.readKey(pair.key, pair.value);
  if (!document.contents.has("dependencies")) reader.problem(document.contents, "The file has no `dependencies`.", "Add a `dependencies:` list.");
  return reader;
}
