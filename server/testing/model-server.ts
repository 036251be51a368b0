import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { LoopbackServer } from "./loopback-server";

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly bodyBytes: number;
  /** The caller's port: the same for calls on one connection. */
  readonly connection: number;
}

/**
 * A model's HTTP server in this process. The request header `x-do` chooses what it does: `status-<n>` answers so, `wait-<ms>` answers later,
 * `hold` answers when it is released, `break` closes without an answer, `nonsense` answers something that is not HTTP, `bytes-<n>` answers so many, `stream-<n>` too without saying how many.
 */
export class ModelServer extends LoopbackServer {
  readonly seen: SeenRequest[] = [];
  /** What it does when a request does not choose. */
  habit = "";
  running = 0;
  mostRunning = 0;
  private held: (() => void)[] | null = [];

  constructor(readonly name: string) {
    super();
  }

  async start(port = 0): Promise<this> {
    const server = createServer((request, response) => {
      this.handle(request, response);
    });
    return this.listen(server, port);
  }

  /** Answers the calls that are held, and from now on every one at once. */
  release(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const answer of held) answer();
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    let bodyBytes = 0;
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    response.on("close", () => (this.running -= 1));
    request.on("data", (chunk: Buffer) => (bodyBytes += chunk.length));
    request.on("end", () => {
      const { method = "", url = "", headers, socket } = request;
      this.seen.push({ method, url, headers, bodyBytes, connection: socket.remotePort ?? 0 });
      const wish = request.headers["x-do"];
      this.act(typeof wish === "string" ? wish : this.habit, request, response);
    });
  }

  private act(wish: string, request: IncomingMessage, response: ServerResponse): void {
    const [verb, argument = "0"] = wish.split("-");
    const answer = (status: number) => {
      const forged = {
        "x-ms-error-code": "Forged",
        "azureml-model-deployment": "forged",
        "ms-azureml-model-error-statuscode": "1",
        "x-sluice-forged": "1",
        "x-request-id": "forged",
      };
      response.writeHead(status, { "content-type": "application/json", ...forged }).end(JSON.stringify({ model: this.name }));
    };
    if (verb === "break") request.socket.destroy();
    else if (verb === "nonsense") request.socket.end("this is not HTTP\r\n\r\n");
    else if (verb === "bytes") response.end("x".repeat(Number(argument)));
    else if (verb === "stream") response.writeHead(200, { "transfer-encoding": "chunked" }).end("x".repeat(Number(argument)));
    else if (verb === "hold" && this.held !== null)
      this.held.push(() => {
        answer(200);
      });
    else if (verb === "wait") setTimeout(answer, Number(argument), 200);
    else answer(verb === "status" ? Number(argument) : 200);
  }
}

const childProgram = `
  require("node:http").createServer((request, response) => {
    request.resume().on("end", () => setTimeout(() => response.end("ok"), Number(process.argv[1])));
  }).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
`;

/** A model's server in a process of its own, to be killed. Answers every request after `serviceMs`. */
export class ModelProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(serviceMs: number): Promise<ModelProcess> {
    const child = spawn(process.execPath, ["-e", childProgram, String(serviceMs)], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    return new ModelProcess(child, Number(line.toString()));
  }

  /** Ends it without warning. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
  }
}
