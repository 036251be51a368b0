import type { AssetFile } from "#server/domain/model/types";
import { writeRoutine, type ControlContext } from "../context";
import { ImportFailure } from "./failure";

const everyMs = 1000;

/** The reason of a signal that somebody's cancelling aborted. */
export class ImportCancelled extends Error {
  constructor() {
    super("the import was cancelled");
    this.name = "ImportCancelled";
  }
}

/** Counts what comes in, notes it once a second, and learns at the same time whether somebody wants it ended. */
export class ImportProgress {
  readonly #cancel = new AbortController();
  readonly signal: AbortSignal;
  #bytes = 0;
  #total: number | null = null;
  #notedAt = 0;

  constructor(
    private readonly context: ControlContext,
    private readonly id: string,
    pass: AbortSignal,
  ) {
    this.signal = AbortSignal.any([pass, this.#cancel.signal]);
  }

  get cancelled(): boolean {
    return this.#cancel.signal.aborted;
  }

  begin(totalBytes: number | null): void {
    this.#total = totalBytes;
    if (totalBytes !== null) this.#requireSize(totalBytes);
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    this.#requireSize(this.#bytes);
  }

  async *counting(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of content) {
      this.signal.throwIfAborted();
      this.add(piece.byteLength);
      if (this.context.clock.now() - this.#notedAt >= everyMs) await this.note();
      yield piece;
    }
  }

  /** Notes files that need not be fetched again. */
  async keep(stored: readonly AssetFile[]): Promise<void> {
    await writeRoutine(this.context, (session) => session.imports.keepStored(this.id, stored));
    await this.note();
  }

  async note(): Promise<void> {
    this.#notedAt = this.context.clock.now();
    const wanted = await writeRoutine(this.context, (session) => session.imports.progress(this.id, this.#bytes, this.#total));
    if (wanted) this.#cancel.abort(new ImportCancelled());
    this.signal.throwIfAborted();
  }

  #requireSize(bytes: number): void {
    const { maxBytes } = this.context.settings.imports;
    if (bytes > maxBytes)
      throw new ImportFailure("TooLarge", `The content is larger than ${String(maxBytes)} bytes.`, "An administrator raises SLUICE_IMPORT_MAX_GIB.");
  }
}
