import type { RecipeProblem, SourceLine } from "./recipe-types";

export interface Requirements {
  readonly lines: readonly SourceLine[];
  readonly problems: readonly RecipeProblem[];
}

const requirementPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[^\]]*\])?\s*(\(?\s*(===|==|!=|~=|>=|<=|>|<)\s*[^\s;]+.*)?(;.*)?$/;
const directPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[^\]]*\])?\s*@\s*(https?|git\+https):\/\/\S+/;
const allowedOptions = /^(--index-url|--extra-index-url|--find-links|--no-binary|--only-binary|--prefer-binary|--pre|-i|-f)(\s|=|$)/;

function judge(text: string): { message: string; remedy: string } | null {
  if (/^(-r|--requirement|-c|--constraint)\b/.test(text)) return { message: "Another requirements file cannot be included.", remedy: "Copy its lines here." };
  if (/^(-e|--editable)\b/.test(text) || /^(\.|\/|file:)/.test(text))
    return { message: "A local path cannot be installed.", remedy: "Put your own modules into the code folder, or publish them to an index." };
  if (/:\/\/[^/\s@]+@/.test(text))
    return { message: "A line carries credentials, and they would stay in the image.", remedy: "Set the package index in the server's settings." };
  if (text.startsWith("-")) return allowedOptions.test(text) ? null : { message: "This option is not supported.", remedy: "Remove the line." };
  if (requirementPattern.test(text) || directPattern.test(text) || /^(https?|git\+https):\/\/\S+$/.test(text)) return null;
  return { message: "This is not a requirement.", remedy: "Write `package` or `package==version`." };
}

const nameOf = (text: string): string | null => /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(text)?.[0] ?? null;

/** Which of the entries pip could not be given, each with its line. */
export function judgeRequirements(entries: readonly SourceLine[]): readonly RecipeProblem[] {
  return entries.flatMap(({ line, text }) => {
    const problem = /\p{Cc}/u.test(text) ? { message: "The line contains control characters.", remedy: "Remove them." } : judge(text);
    return problem === null ? [] : [{ line, package: nameOf(text), ...problem }];
  });
}

/** Reads a pip requirements file: comments removed, continued lines joined, each entry with the line on which it starts. Never throws. */
export function parseRequirements(text: string): Requirements {
  const lines: SourceLine[] = [];
  let pending: SourceLine | null = null;
  text.split(/\r\n|\n|\r/).forEach((raw, index) => {
    const stripped = raw.replace(/(^|\s)#.*$/, "").trimEnd();
    const continued = stripped.endsWith("\\");
    const part = (continued ? stripped.slice(0, -1) : stripped).trim();
    const joined: SourceLine = pending === null ? { line: index + 1, text: part } : { line: pending.line, text: `${pending.text} ${part}`.trim() };
    pending = continued ? joined : null;
    if (!continued && joined.text !== "") lines.push(joined);
  });
  const rest = pending as SourceLine | null;
  if (rest !== null && rest.text !== "") lines.push(rest);
  return { lines, problems: judgeRequirements(lines) };
}

/** Package names compared as the Python index compares them. */
export const normalizedName = (text: string): string => (nameOf(text) ?? "").toLowerCase().replace(/[-_.]+/g, "-");
