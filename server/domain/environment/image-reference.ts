/** An image reference in its parts, with the defaults of engines filled in. */
export interface ImageReference {
  /** Host and port; `docker.io` when the reference names none. */
  readonly registry: string;
  /** With `library/` before a bare name of Docker Hub. */
  readonly repository: string;
  readonly tag: string | null;
  /** `sha256:` and 64 hexadecimal digits, or null. */
  readonly digest: string | null;
  /** As written, without tag and digest. */
  readonly name: string;
}

export const defaultRegistry = "docker.io";
const hubNames = new Set(["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]);

/** The registry's address as references name it: no scheme, no trailing slash, one name for Docker Hub. */
export function normalRegistry(address: string): string {
  const bare = address
    .trim()
    .replace(/^https?:\/\//i, "")
    .replace(/\/+$/, "")
    .replace(/\/v[12]$/, "");
  const [host = "", ...path] = bare.split("/");
  const known = hubNames.has(host.toLowerCase()) ? defaultRegistry : host.toLowerCase();
  return [known, ...path].join("/");
}

const isHost = (segment: string): boolean => segment.includes(".") || segment.includes(":") || segment === "localhost";

/** Reads a reference; null when it is none. An image id (`sha256:…`) is no reference: it names nothing in a registry. */
export function parseImageReference(text: string): ImageReference | null {
  const match = /^([a-z0-9][a-zA-Z0-9._\-/:]*?)(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text);
  const name = match?.[1];
  if (name === undefined || /^sha256:[0-9a-f]{64}$/.test(text)) return null;
  const [first = "", ...rest] = name.split("/");
  const hosted = rest.length > 0 && isHost(first);
  const path = hosted ? rest.join("/") : name;
  if (!/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/.test(path)) return null;
  const registry = hosted ? normalRegistry(first) : defaultRegistry;
  return {
    registry,
    repository: registry === defaultRegistry && !path.includes("/") ? `library/${path}` : path,
    tag: match?.[2] ?? null,
    digest: match?.[3] ?? null,
    name,
  };
}

/** The same image by its digest; the tag is left out, since it may move. */
export const withDigest = ({ name }: ImageReference, digest: string): string => `${name}@${digest}`;
