export type PreviewKind =
  | { readonly kind: "text"; readonly language: "json" | "yaml" | "python" | "text" }
  | { readonly kind: "image"; readonly mediaType: string }
  | { readonly kind: "binary" };

/** Formats that a browser shows without running anything; SVG is text here because it can carry scripts. */
const images: readonly { readonly mediaType: string; readonly magic: readonly number[] }[] = [
  { mediaType: "image/png", magic: [0x89, 0x50, 0x4e, 0x47] },
  { mediaType: "image/jpeg", magic: [0xff, 0xd8, 0xff] },
  { mediaType: "image/gif", magic: [0x47, 0x49, 0x46, 0x38] },
];

function languageOf(path: string): "json" | "yaml" | "python" | "text" {
  const name = path.split("/").at(-1) ?? "";
  if (/\.(json|ipynb)$/i.test(name)) return "json";
  if (/\.ya?ml$/i.test(name) || name === "MLmodel") return "yaml";
  return /\.py$/i.test(name) ? "python" : "text";
}

/** What a file can be shown as, by its first bytes; names only choose the colours of text. */
export function previewKindOf(path: string, head: Uint8Array): PreviewKind {
  const image = images.find(({ magic }) => head.length > magic.length && magic.every((byte, index) => head[index] === byte));
  if (image !== undefined) return { kind: "image", mediaType: image.mediaType };
  // Texts hold no control characters but white space; pickles, archives and weights do within their first bytes.
  const isText = head.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0x0c);
  return isText ? { kind: "text", language: languageOf(path) } : { kind: "binary" };
}
