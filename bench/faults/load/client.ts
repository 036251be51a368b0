import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LoadCommand, LoadOrder, LoadResult, Sample } from "./protocol";

/** The load process, seen from the bench. */
export class LoadProcess {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, { readonly resolve: (samples: readonly Sample[]) => void; readonly reject: (error: Error) => void }>();
  private serial = 0;

  constructor() {
    this.child = fork(fileURLToPath(new URL("./process.ts", import.meta.url)), { serialization: "advanced" });
    this.child.on("message", (result: LoadResult) => {
      this.waiting.get(result.id)?.resolve(result.samples);
      this.waiting.delete(result.id);
    });
    this.child.once("exit", (code) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`the load process ended with ${String(code)}`));
    });
  }

  /** Starts a load; the answer ends it, waits for what is under way, and resolves to everything that was seen. */
  start(order: LoadOrder): () => Promise<readonly Sample[]> {
    const id = (this.serial += 1);
    this.child.send({ kind: "start", id, order } satisfies LoadCommand);
    return () =>
      new Promise((resolve, reject) => {
        this.waiting.set(id, { resolve, reject });
        this.child.send({ kind: "stop", id } satisfies LoadCommand);
      });
  }

  close(): void {
    if (this.child.connected) this.child.disconnect();
  }
}
