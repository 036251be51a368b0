/** Why an import ended without a model, for people. Trying again by itself would not help. */
export class ImportFailure extends Error {
  constructor(
    readonly reason: string,
    message: string,
    readonly hint: string,
  ) {
    super(message);
    this.name = "ImportFailure";
  }
}

/** One file of a source, opened only when its turn comes. */
export interface SourceFile {
  /** Below the model's root. */
  readonly path: string;
  /** Null when the source does not tell. */
  readonly sizeBytes: number | null;
  readonly open: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
}

export interface SourceListing {
  /** A single file rather than a folder. */
  readonly isFile: boolean;
  readonly files: readonly SourceFile[];
}
