import type { AssetFile } from "../model/types";
import type { AssetMetadata } from "./metadata";

/** What two versions of an asset are compared by, whichever kind it is. */
export interface ComparedVersion extends AssetMetadata {
  /** What it is, as short texts by name; what is left out it has not. */
  readonly facts: Readonly<Record<string, string>>;
  /** Texts of some length, compared line by line. */
  readonly texts: Readonly<Record<string, string>>;
  readonly files: readonly AssetFile[];
}

interface ChangedValue {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

interface ChangedFile {
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
  readonly before: { readonly sha256: string; readonly sizeBytes: number } | null;
  readonly after: { readonly sha256: string; readonly sizeBytes: number } | null;
}

export interface VersionComparison {
  /** Only what differs; tags and properties as `tags.<name>`. */
  readonly values: readonly ChangedValue[];
  /** Whole texts of which something differs. */
  readonly texts: readonly ChangedValue[];
  readonly files: readonly ChangedFile[];
  readonly equalFiles: number;
}

const prefixed = (prefix: string, record: Readonly<Record<string, string>>): readonly [string, string][] =>
  Object.entries(record).map(([name, value]) => [`${prefix}.${name}`, value]);

/** Facts and metadata as flat names, so that one rule compares all of it. */
const flat = (version: ComparedVersion): Readonly<Record<string, string>> => ({
  ...version.facts,
  Description: version.description,
  ...Object.fromEntries([...prefixed("tags", version.tags), ...prefixed("properties", version.properties)]),
});

function changedValues(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): readonly ChangedValue[] {
  const [old, fresh] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .map((name) => ({ name, before: old.get(name) ?? null, after: fresh.get(name) ?? null }))
    .filter((value) => value.before !== value.after);
}

const content = (file: AssetFile | undefined) => (file === undefined ? null : { sha256: file.sha256, sizeBytes: file.sizeBytes });

/** What differs from `before` to `after`: facts, metadata and texts by value, files by content. */
export function compareVersions(before: ComparedVersion, after: ComparedVersion): VersionComparison {
  const paths = [...new Set([...before.files, ...after.files].map((file) => file.path))].sort();
  const files = paths.flatMap((path): readonly ChangedFile[] => {
    const was = before.files.find((file) => file.path === path);
    const is = after.files.find((file) => file.path === path);
    if (was?.sha256 === is?.sha256) return [];
    return [{ path, change: was === undefined ? "added" : is === undefined ? "removed" : "changed", before: content(was), after: content(is) }];
  });
  return {
    values: changedValues(flat(before), flat(after)),
    texts: changedValues(before.texts, after.texts),
    files,
    equalFiles: paths.length - files.length,
  };
}
