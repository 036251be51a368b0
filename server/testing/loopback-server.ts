import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP server of a test's own on loopback. */
export abstract class LoopbackServer {
  port = 0;
  private server: Server | null = null;

  /** On any free port when none is given. */
  protected async listen(server: Server, port = 0): Promise<this> {
    this.server = server.listen(port, "127.0.0.1");
    await once(server, "listening");
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  /** Ends it with all its connections. */
  async stop(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
}
