/** One file of an archive, in archive order; its content must be drained before the next one is asked for. */
export interface ArchiveEntry {
  readonly path: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/** Counts what was read of the packed archive, so that the ratio can be judged while unpacking. */
export interface PackedMeter {
  packedBytes: number;
}
