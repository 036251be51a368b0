/** One thing that is installed in an image. */
export interface ImagePackage {
  readonly kind: "pypi" | "conda" | "deb" | "apk";
  readonly name: string;
  readonly version: string;
  /** As the package says it; null when it says nothing short. */
  readonly license: string | null;
}

/** What an image says of its operating system, such as `debian` and `12`; empty when it says nothing. */
export interface ImageSystem {
  readonly id: string;
  readonly version: string;
}

export interface ImageContents {
  readonly system: ImageSystem;
  readonly packages: readonly ImagePackage[];
}

/** Text of `os-release`. */
export function readSystem(text: string): ImageSystem {
  const value = (name: string): string => new RegExp(`^${name}=["']?([^"'\\n]*)["']?$`, "m").exec(text)?.[1] ?? "";
  return { id: value("ID"), version: value("VERSION_ID") };
}

/** Debian's `status` file: paragraphs of fields. Removed packages whose configuration is still there are left out. */
export function readDpkgStatus(text: string): readonly ImagePackage[] {
  return text.split(/\n\n+/).flatMap((paragraph) => {
    const field = (name: string): string | null => new RegExp(`^${name}: (.*)$`, "m").exec(paragraph)?.[1]?.trim() ?? null;
    const [name, version, status] = [field("Package"), field("Version"), field("Status")];
    if (name === null || version === null || (status !== null && !/\binstalled$/.test(status))) return [];
    return [{ kind: "deb" as const, name, version, license: null }];
  });
}

/** Alpine's `installed` file: paragraphs of one-letter fields. */
export function readApkInstalled(text: string): readonly ImagePackage[] {
  return text.split(/\n\n+/).flatMap((paragraph) => {
    const field = (letter: string): string | null => new RegExp(`^${letter}:(.*)$`, "m").exec(paragraph)?.[1]?.trim() ?? null;
    const [name, version] = [field("P"), field("V")];
    return name === null || version === null ? [] : [{ kind: "apk" as const, name, version, license: field("L") }];
  });
}

/** One line of `list-packages.py`; null for anything else that a container may print. */
export function readListedPackage(line: string): ImagePackage | null {
  try {
    const [kind, name, version, license, ...rest] = JSON.parse(line) as readonly unknown[];
    if ((kind !== "pypi" && kind !== "conda") || typeof name !== "string" || typeof version !== "string" || rest.length > 0) return null;
    return { kind, name, version, license: typeof license === "string" ? license : null };
  } catch {
    return null;
  }
}

const keyOf = ({ kind, name, version }: ImagePackage): string => `${kind} ${name.toLowerCase()} ${version}`;

/** Each package once, in an order that does not depend on where it was found first. */
export function sortedPackages(packages: readonly ImagePackage[]): readonly ImagePackage[] {
  const unique = new Map(packages.map((one) => [keyOf(one), one]));
  return [...unique.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Text that is equal for two images exactly when the same packages in the same versions are in them. */
export const packagesIdentity = ({ packages }: ImageContents): string => sortedPackages(packages).map(keyOf).join("\n");
