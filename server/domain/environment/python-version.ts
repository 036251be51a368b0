import type { PythonChoice } from "./recipe-types";

interface Constraint {
  readonly operator: string;
  readonly minor: number;
}

const minorOf = (version: string): number | null => {
  const match = /^3\.(\d{1,3})/.exec(version);
  return match === null ? null : Number(match[1]);
};

/** Judges on minor versions only: which patch release runs is the base image's matter. Null when no Python 3 is asked for. */
function readConstraints(version: string): readonly Constraint[] | null {
  if (version === "" || version === "==3.*") return [];
  const constraints: Constraint[] = [];
  for (const part of version.split(",")) {
    const match = /^(==|!=|>=|<=|~=|>|<)(.+)$/.exec(part);
    const operator = match?.[1] ?? "==";
    const text = match?.[2] ?? part;
    if (/^3(\.\*)?$/.test(text) && operator !== "<") continue;
    if (/^4/.test(text) && operator.startsWith("<")) continue;
    const minor = minorOf(text);
    if (minor === null) return null;
    constraints.push({ operator, minor });
  }
  return constraints;
}

function allows({ operator, minor }: Constraint, candidate: number): boolean {
  switch (operator) {
    case "==":
      return candidate === minor;
    case "!=":
      return candidate !== minor;
    case ">=":
    case "~=":
      return candidate >= minor;
    case ">":
      // `>3.10` is met by 3.10.5.
      return candidate >= minor;
    case "<=":
      return candidate <= minor;
    default:
      return candidate < minor;
  }
}

/** No interpreter beyond this is in sight; the list only has to be long enough. */
const newestMinor = 30;

/** Minor numbers of Python 3 that the constraint admits, or null when it admits all or cannot be read. */
export function admittedMinors(version: string): readonly number[] | null {
  const constraints = readConstraints(version);
  if (constraints === null || constraints.length === 0) return null;
  return Array.from({ length: newestMinor + 1 }, (_, minor) => minor).filter((minor) => constraints.every((constraint) => allows(constraint, minor)));
}

/**
 * The available minor version (such as `3.11`) that meets the constraint, else the nearest one; null when Python 2 or nonsense is asked for.
 * `available` must not be empty and lists the preferred version first.
 */
export function choosePython(version: string, available: readonly string[]): { readonly choice: PythonChoice; readonly exact: boolean } | null {
  const constraints = readConstraints(version);
  if (constraints === null) return null;
  const requested = version === "" ? null : version.replace(/^==/, "");
  const minors = admittedMinors(version);
  const candidates = available.map((name) => ({ name, minor: minorOf(name) ?? 0 }));
  const fitting = candidates.find(({ minor }) => constraints.every((constraint) => allows(constraint, minor)));
  if (fitting !== undefined) return { choice: { requested, version: fitting.name, minors }, exact: true };
  const wanted = constraints[0]?.minor ?? 0;
  const nearest = [...candidates].sort((a, b) => Math.abs(a.minor - wanted) - Math.abs(b.minor - wanted))[0];
  return nearest === undefined ? null : { choice: { requested, version: nearest.name, minors }, exact: false };
}
