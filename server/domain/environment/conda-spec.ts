import { pipNames } from "./conda-packages";

/** A conda match specification in parts; `version` is a list of pip constraints without spaces, or empty. */
export interface CondaSpec {
  readonly name: string;
  readonly version: string;
  /** What was left out of the entry: channel and build string. */
  readonly dropped: readonly string[];
}

const namePattern = /^[A-Za-z0-9_][A-Za-z0-9._-]*/;
const versionPattern = /^[0-9A-Za-z][0-9A-Za-z.+!_-]*(\.\*|\*)?$/;
const constraintPattern = /^(==|!=|>=|<=|~=|>|<)\s*([0-9A-Za-z][0-9A-Za-z.+!_-]*(\.\*)?)$/;

/** `=1.2.3` names a release and `=1.2` a series, as people write them; conda's own reading (a series in both cases) would let patch releases drift. */
function fuzzyVersion(version: string): string | null {
  const bare = version.replace(/\.?\*$/, "");
  if (!versionPattern.test(bare)) return null;
  if (bare !== version) return `==${bare}.*`;
  return bare.split(".").length >= 3 ? `==${bare}` : `==${bare}.*`;
}

function constraintList(text: string): string | null {
  const parts = text.split(",").map((part) => part.trim());
  const mapped = parts.map((part) => {
    const match = constraintPattern.exec(part);
    if (match) return `${match[1] ?? ""}${match[2] ?? ""}`;
    return versionPattern.test(part) && /^\d/.test(part) ? (part.includes("*") ? fuzzyVersion(part) : `==${part}`) : null;
  });
  return mapped.includes(null) ? null : mapped.join(",");
}

/** Version and build of everything after the name; null when it cannot be said to pip. */
function readVersion(rest: string): { version: string; build: string | null } | null {
  if (rest === "" || rest === "*" || rest === "=*") return { version: "", build: null };
  const bracket = /^\[\s*version\s*=\s*["']?([^"'\]]+)["']?\s*\]$/.exec(rest);
  if (bracket) return readVersion(bracket[1]?.trim() ?? "");
  const exact = /^==\s*([^=\s,|]+)(?:[=\s]\s*(\S+))?$/.exec(rest);
  if (exact?.[1] !== undefined && versionPattern.test(exact[1]))
    return { version: exact[1].includes("*") ? (fuzzyVersion(exact[1]) ?? "") : `==${exact[1]}`, build: exact[2] ?? null };
  const fuzzy = /^=\s*([^=\s,|<>!~]+)(?:[=\s]\s*(\S+))?$/.exec(rest);
  if (fuzzy?.[1] !== undefined) {
    const version = fuzzyVersion(fuzzy[1]);
    return version === null ? null : { version, build: fuzzy[2] ?? null };
  }
  const spaced = /^([0-9][^=\s,|]*)\s+(\S+)$/.exec(rest);
  if (spaced?.[1] !== undefined) {
    const version = constraintList(spaced[1]);
    return version === null ? null : { version, build: spaced[2] ?? null };
  }
  const version = constraintList(rest);
  return version === null ? null : { version, build: null };
}

/** Reads one entry such as `conda-forge::numpy=1.26.4=py311h64a7726_0`; null when it is none that pip could be told. */
export function readCondaSpec(text: string): CondaSpec | null {
  const channel = /^(\S+)::(.*)$/.exec(text);
  const body = (channel?.[2] ?? text).trim();
  const name = namePattern.exec(body)?.[0];
  if (name === undefined) return null;
  const found = readVersion(body.slice(name.length).trim());
  if (found === null) return null;
  const dropped = [...(channel?.[1] === undefined ? [] : [`channel ${channel[1]}`]), ...(found.build === null ? [] : [`build ${found.build}`])];
  return { name: name.toLowerCase(), version: found.version, dropped };
}

/** The requirement line that stands for a conda package on the Python index. */
export const toRequirement = (spec: CondaSpec): string => `${pipNames.get(spec.name) ?? spec.name}${spec.version}`;
