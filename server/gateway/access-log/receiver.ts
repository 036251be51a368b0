import { chmod, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import type { RequestRow } from "#server/domain/request-row/types";
import { parseLine } from "./parse";
import type { Spool } from "./spool";

/** Lines are short; anything longer is not ours. */
const longestLine = 65_536;
const flushEveryMs = 250;

/** Takes the proxy's access log on a unix socket, spools rows and tells of each. It lags behind rather than slow the proxy, which has a ring of its own. */
export class AccessLogReceiver {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly socketPath: string,
    private readonly gatewayId: string,
    private readonly spool: Spool,
    private readonly onRow: (row: RequestRow) => void,
  ) {}

  async start(): Promise<void> {
    await this.spool.start();
    await rm(this.socketPath, { force: true });
    const server = createServer((socket) => {
      this.read(socket);
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.socketPath, resolve);
    });
    await chmod(this.socketPath, 0o600);
    this.timer = setInterval(() => void this.spool.flush(), flushEveryMs);
  }

  private read(socket: Socket): void {
    this.sockets.add(socket);
    let rest = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > longestLine) rest = "";
      for (const line of lines) this.take(line);
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.sockets.delete(socket));
  }

  private take(line: string): void {
    const row = parseLine(line, this.gatewayId);
    if (row === null) return;
    this.spool.add(JSON.stringify(row));
    this.onRow(row);
  }

  /** Stops listening and hands over everything that came. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      if (this.server === null) resolve();
      else
        this.server.close(() => {
          resolve();
        });
    });
    await this.spool.flush(true);
  }
}
