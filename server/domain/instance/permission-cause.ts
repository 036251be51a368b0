import { tail, type EndCause } from "./end";

/** What a container is refused for: it runs as an ordinary user on a read-only root, with little room for temporary files. */
const refusals = [
  {
    reason: "TemporarySpaceFull",
    pattern: /No space left on device|ENOSPC/,
    message: (where: string) => `There is no room left for temporary files${where}.`,
    hint: "Only /tmp can be written, it is small, and it counts as memory. Write less, or ship the file with the model.",
  },
  {
    reason: "FolderNotWritable",
    pattern: /Read-only file system|EROFS/,
    message: (where: string) => `The container writes where it may not${where}.`,
    hint: "A container's files are read-only except below /tmp. Let the server write its caches and logs there, or log to standard output.",
  },
  {
    reason: "NeedsRoot",
    pattern: /Permission denied|Operation not permitted|must be (?:run as |the )?root|requires? root|not running as root|\bEACCES\b|\bEPERM\b/i,
    message: (where: string) => `The container needs rights that it does not have${where}.`,
    hint: "Containers run as user 1001, never as root. In the Dockerfile give that user what it needs (RUN chown -R 1001:1001 …, chmod a+rX …) and leave out what only root may do.",
  },
] as const;

/** The last path that a line names: messages name what is refused after who is refused. */
const pathIn = (text: string): string | null => [...text.matchAll(/(?:^|[\s"'`(])(\/[^\s"'`:,()]+)/g)].at(-1)?.[1] ?? null;

/** Of a line that says what is refused; `at` is the place in the user's code where one is known. */
export function permissionCause(text: string, at: string, lines: readonly string[]): EndCause | null {
  const refusal = refusals.find(({ pattern }) => pattern.test(text));
  if (refusal === undefined) return null;
  const path = pathIn(text);
  return { reason: refusal.reason, message: refusal.message(`${path === null ? "" : `: ${path}`}${at}`), hint: refusal.hint, lines };
}

/** Of a program that is no Python script: the last line that complains of rights. */
export function refusedInLog(lines: readonly string[]): EndCause | null {
  const shown = tail(lines);
  const complaint = shown.findLast((line) => refusals.some(({ pattern }) => pattern.test(line)));
  return complaint === undefined ? null : permissionCause(complaint, "", shown);
}
