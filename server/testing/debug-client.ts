import { once } from "node:events";
import { connect, type Socket } from "node:net";

interface Message {
  readonly type: "response" | "event";
  readonly request_seq?: number;
  readonly event?: string;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: Record<string, unknown>;
}

/** A small client of the Debug Adapter Protocol, as an editor speaks it, for tests. */
export class DebugClient {
  private buffer = Buffer.alloc(0);
  private seq = 0;
  private readonly waiting: { matches: (message: Message) => boolean; resolve: (message: Message) => void }[] = [];
  private readonly seen: Message[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on("data", (data: Buffer) => this.receive(data));
  }

  static async connect(host: string, port: number): Promise<DebugClient> {
    const socket = connect(port, host);
    await once(socket, "connect");
    return new DebugClient(socket);
  }

  private receive(data: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, data]);
    for (;;) {
      const end = this.buffer.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/.exec(this.buffer.subarray(0, Math.max(0, end)).toString())?.[1] ?? Number.NaN);
      if (end < 0 || this.buffer.length < end + 4 + length) return;
      const message = JSON.parse(this.buffer.subarray(end + 4, end + 4 + length).toString()) as Message;
      this.buffer = this.buffer.subarray(end + 4 + length);
      const index = this.waiting.findIndex(({ matches }) => matches(message));
      if (index < 0) this.seen.push(message);
      else this.waiting.splice(index, 1)[0]?.resolve(message);
    }
  }

  private next(matches: (message: Message) => boolean): Promise<Message> {
    const index = this.seen.findIndex(matches);
    if (index >= 0) return Promise.resolve(this.seen.splice(index, 1)[0] as Message);
    return new Promise((resolve) => this.waiting.push({ matches, resolve }));
  }

  /** Sends a request without waiting for its response. */
  send(command: string, args: unknown = {}): number {
    this.seq += 1;
    const text = JSON.stringify({ seq: this.seq, type: "request", command, arguments: args });
    this.socket.write(`Content-Length: ${String(Buffer.byteLength(text))}\r\n\r\n${text}`);
    return this.seq;
  }

  async request(command: string, args: unknown = {}): Promise<Record<string, unknown>> {
    const seq = this.send(command, args);
    const answer = await this.next((message) => message.type === "response" && message.request_seq === seq);
    if (answer.success !== true) throw new Error(`${command}: ${answer.message ?? "refused"}`);
    return answer.body ?? {};
  }

  async event(name: string): Promise<Record<string, unknown>> {
    return (await this.next((message) => message.type === "event" && message.event === name)).body ?? {};
  }

  /** Begins a session as an editor does, with one breakpoint; answers what the debugger says of the breakpoint. */
  async begin(command: "launch" | "attach", args: unknown, { path, line }: { readonly path: string; readonly line: number }): Promise<unknown> {
    await this.request("initialize", { adapterID: "debugpy", clientID: "test", pathFormat: "path", linesStartAt1: true, columnsStartAt1: true });
    this.send(command, args);
    await this.event("initialized");
    const { breakpoints } = await this.request("setBreakpoints", { source: { path }, breakpoints: [{ line }] });
    await this.request("configurationDone");
    return breakpoints;
  }

  /** Waits until the program stops; answers why, the thread and its innermost frame. */
  async stopped(): Promise<{
    readonly reason: unknown;
    readonly threadId: unknown;
    readonly frame: { readonly id: number; readonly name: string; readonly line: number };
  }> {
    const { reason, threadId } = await this.event("stopped");
    const { stackFrames } = (await this.request("stackTrace", { threadId })) as { stackFrames: { id: number; name: string; line: number }[] };
    const [frame] = stackFrames;
    if (frame === undefined) throw new Error("a stopped thread has a frame");
    return { reason, threadId, frame };
  }

  close(): void {
    this.socket.destroy();
  }
}
