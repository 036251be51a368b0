import { chmodSync, chownSync, renameSync, rmSync, statSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";

/** Stands in front of a unix socket, under its name or another, and can be cut like a cable. */
export class Relay {
  private readonly pairs = new Set<readonly [Socket, Socket]>();

  private constructor(
    private readonly server: Server,
    private readonly at: string,
    private readonly target: string,
    private readonly replaced: boolean,
  ) {}

  /** Listens at `at` for the server at `target`. `filter` sees what callers send first and may swallow what is answered to it. */
  static async open(at: string, target: string, swallows: (firstBytes: string) => boolean = () => false): Promise<Relay> {
    rmSync(at, { force: true });
    return Relay.listen(at, target, false, swallows);
  }

  /** Takes the name of a listening socket, with its owner and mode, and relays to it under another. */
  static async replace(at: string): Promise<Relay> {
    const { uid, gid, mode } = statSync(at);
    const target = `${at}.behind`;
    renameSync(at, target);
    const relay = await Relay.listen(at, target, true, () => false);
    chownSync(at, uid, gid);
    chmodSync(at, mode & 0o777);
    return relay;
  }

  private static async listen(at: string, target: string, replaced: boolean, swallows: (firstBytes: string) => boolean): Promise<Relay> {
    const server = createServer((caller) => relay.carry(caller, swallows));
    const relay = new Relay(server, at, target, replaced);
    server.listen(at);
    await once(server, "listening");
    return relay;
  }

  private carry(caller: Socket, swallows: (firstBytes: string) => boolean): void {
    const callee = connect(this.target);
    const pair = [caller, callee] as const;
    this.pairs.add(pair);
    const end = () => {
      caller.destroy();
      callee.destroy();
      this.pairs.delete(pair);
    };
    for (const socket of pair) socket.on("error", end).on("close", end);
    let deaf = false;
    caller.on("data", (bytes: Buffer) => {
      deaf = swallows(bytes.toString("latin1", 0, 200));
      callee.write(bytes);
    });
    let answered = false;
    callee.on("data", (bytes: Buffer) => {
      // The head of a swallowed answer passes, so that the caller believes to be listening.
      if (deaf && answered) return;
      answered = true;
      caller.write(bytes);
    });
  }

  /** Breaks everything that is connected; new connections are taken. */
  cut(): void {
    for (const [caller, callee] of [...this.pairs]) {
      caller.destroy();
      callee.destroy();
    }
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cut();
    await closed;
    if (this.replaced) renameSync(this.target, this.at);
    else rmSync(this.at, { force: true });
  }
}
