import type { AssetFile } from "./types";

/** What two versions are compared by. */
export interface ComparedVersion {
  readonly type: string;
  readonly rootName: string;
  readonly isFile: boolean;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
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
  readonly files: readonly ChangedFile[];
  readonly equalFiles: number;
}

/** Metadata as flat names, so that one rule compares all of it. */
const flat = (version: ComparedVersion): ReadonlyMap<string, string> =>
  new Map([
    ["type", version.type],
    ["root", version.rootName],
    ["is file", String(version.isFile)],
    ["description", version.description],
    ...Object.entries(version.tags).map(([name, value]): [string, string] => [`tags.${name}`, value]),
    ...Object.entries(version.properties).map(([name, value]): [string, string] => [`properties.${name}`, value]),
  ]);

const content = (file: AssetFile | undefined) => (file === undefined ? null : { sha256: file.sha256, sizeBytes: file.sizeBytes });

/** What differs from `before` to `after`: metadata by value, files by content. */
export function compareVersions(before: ComparedVersion, after: ComparedVersion): VersionComparison {
  const [old, fresh] = [flat(before), flat(after)];
  const values = [...new Set([...old.keys(), ...fresh.keys()])]
    .map((name) => ({ name, before: old.get(name) ?? null, after: fresh.get(name) ?? null }))
    .filter((value) => value.before !== value.after);
  const paths = [...new Set([...before.files, ...after.files].map((file) => file.path))].sort();
  const files = paths.flatMap((path): readonly ChangedFile[] => {
    const was = before.files.find((file) => file.path === path);
    const is = after.files.find((file) => file.path === path);
    if (was?.sha256 === is?.sha256) return [];
    return [{ path, change: was === undefined ? "added" : is === undefined ? "removed" : "changed", before: content(was), after: content(is) }];
  });
  return { values, files, equalFiles: paths.length - files.length };
}
