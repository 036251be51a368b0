/** Where a model is fetched from. */
export type ImportSource =
  | { readonly kind: "http"; readonly url: string }
  /** One object, or all below a key that ends with a slash. */
  | { readonly kind: "s3"; readonly connectionId: string; readonly bucket: string; readonly key: string }
  /** A file or folder of the machine that the control plane runs on. */
  | { readonly kind: "path"; readonly path: string };

export const importStates = ["Queued", "Running", "Succeeded", "Failed", "Canceled"] as const;
export type ImportState = (typeof importStates)[number];

/** Whether a pass has something to do. */
export const isImportOpen = (state: ImportState): boolean => state === "Queued" || state === "Running";

/** The last part of a path, an object's key or an address's path; `model` where there is none. */
export function rootNameOf(source: ImportSource): string {
  const text = source.kind === "http" ? new URL(source.url).pathname : source.kind === "s3" ? source.key : source.path;
  const last =
    text
      .split("/")
      .filter((part) => part !== "")
      .at(-1) ?? "";
  const name = source.kind === "http" ? decoded(last) : last;
  return /^[^/\\\p{Cc}]{1,255}$/u.test(name) && name !== "." && name !== ".." ? name : "model";
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
