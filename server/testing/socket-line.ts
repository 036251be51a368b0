import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A line between two unix sockets that can be cut and mended, as a network between hosts can. */
export class SocketLine {
  private server: Server | null = null;
  private readonly ends = new Set<Socket>();

  constructor(
    private readonly from: string,
    private readonly to: string,
  ) {}

  /** Takes connections from now on. */
  async open(): Promise<void> {
    rmSync(this.from, { force: true });
    const server = createServer((near) => {
      const far = connect(this.to);
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.ends.add(end);
        end.on("error", () => other.destroy());
        end.on("close", () => {
          this.ends.delete(end);
          other.destroy();
        });
        end.pipe(other);
      }
    });
    this.server = server.listen(this.from);
    await once(server, "listening");
  }

  /** Breaks every connection and takes no more. */
  async cut(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    server.close();
    for (const end of this.ends) end.destroy();
    await once(server, "close");
  }
}
