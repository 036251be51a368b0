import { Transform, type TransformCallback } from "node:stream";
import type { MirrorReason } from "#server/domain/mirror/types";
import type { MirrorBudget } from "./budget";

/** Lets a body through as fast as it is taken, and keeps what passed while that fits. */
export class Tap extends Transform {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  /** Why nothing is kept; empty as long as all is. */
  lost: MirrorReason = "";

  constructor(
    private readonly budget: MirrorBudget,
    private readonly mostBytes: number,
    private readonly tooLarge: MirrorReason,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.lost === "") this.keep(chunk);
    done(null, chunk);
  }

  private keep(chunk: Buffer): void {
    if (this.bytes + chunk.length > this.mostBytes) this.forget(this.tooLarge);
    else if (!this.budget.hold(chunk.length)) this.forget("memory_full");
    else {
      this.bytes += chunk.length;
      this.chunks.push(chunk);
    }
  }

  /** All that passed; null when it was too much. */
  get kept(): Buffer | null {
    return this.lost === "" ? Buffer.concat(this.chunks) : null;
  }

  /** Gives the room back; safe to call again. */
  forget(reason: MirrorReason = this.lost): void {
    this.lost = reason;
    this.budget.release(this.bytes);
    this.bytes = 0;
    this.chunks.length = 0;
  }
}
