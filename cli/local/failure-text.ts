import path from "node:path";
import type { InstanceEnd } from "#server/domain/instance/end";
import { instanceEndCause } from "#server/domain/instance/exit";
import { appRoot } from "#server/domain/deployment/run-spec";
import { CommandFailure } from "../project/failure";

interface CodePlace {
  readonly codeRoot: string | null;
  readonly codeFolder: string | null;
}

/** Paths of the container in the user's own folder, so that a terminal or an editor can open them. */
export function toLocalPaths(text: string, { codeRoot, codeFolder }: CodePlace): string {
  if (codeRoot === null || codeFolder === null) return text;
  const shown = path.relative(process.cwd(), codeFolder) || ".";
  return text.replaceAll(`File "${appRoot}/${codeRoot}/`, `File "${shown}/`).replaceAll(`${appRoot}/${codeRoot}/`, `${shown}/`);
}

/** Why a container ended or never got ready, in the words that a deployment on a server gets, with paths of this machine. */
export function failureOf(end: InstanceEnd, lines: readonly string[], memoryMib: number, place: CodePlace): CommandFailure {
  const cause = instanceEndCause(end, lines, memoryMib);
  return new CommandFailure(
    `${cause.reason}: ${toLocalPaths(cause.message, place)}`,
    cause.hint,
    cause.lines.map((line) => toLocalPaths(line, place)),
  );
}
