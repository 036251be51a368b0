/** How an instance came to its end, or why it is given up. */
export interface InstanceEnd {
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  /** The engine's own word, else empty. */
  readonly error: string;
  /** It runs, but did not answer its readiness probe in time. */
  readonly neverReady?: boolean;
  /** It was ready once, so whatever happened did not happen while it started. */
  readonly wasReady?: boolean;
  /** The probe that got no good answer, with what it was told last. */
  readonly probe?: { readonly path: string; readonly port: number; readonly said: string };
}

type InstanceEndReason =
  | "ScriptMissingInit"
  | "ScriptMissingRun"
  | "ScriptSignatureWrong"
  | "ScriptMissing"
  | "ScriptSyntaxError"
  | "ScriptImportError"
  | "ScriptInitFailed"
  | "ModelFileMissing"
  | "TritonBackendMissing"
  | "NeedsRoot"
  | "FolderNotWritable"
  | "TemporarySpaceFull"
  | "InitOutOfMemory"
  | "OutOfMemory"
  | "CommandNotFound"
  | "InitNotFinished"
  | "ProbePathWrong"
  | "ProbePortWrong"
  | "NeverReady"
  | "ContainerExited";

/** A condition reason with what a person needs: a sentence, what to do, and the log's lines that show it. */
export interface EndCause {
  readonly reason: InstanceEndReason;
  readonly message: string;
  readonly hint: string;
  readonly lines: readonly string[];
}

const maxLines = 20;
/** The end of a log that says anything. */
export const tail = (lines: readonly string[]): readonly string[] => lines.filter((line) => line.trim() !== "").slice(-maxLines);
