import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** A request as a model got it, with whatever about it should not be. */
export interface Forwarded {
  readonly model: string;
  readonly attack: number | null;
  /** Number of the good request that it is, or null. */
  readonly good: number | null;
  readonly problems: readonly string[];
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const foreign = /^(authorization|proxy-authorization|forwarded|x-real-ip|x-(key|split|mirror)-.*|x-forwarded-(?!for$|proto$).*|x-sluice-(?!deadline-ms$).*)$/;

/** Headers that the gateway sets itself: exactly once, and true. */
const owned = (model: string): readonly (readonly [string, RegExp])[] => [
  ["x-request-id", uuid],
  ["x-forwarded-for", /^127\.0\.0\.1$/],
  ["x-forwarded-proto", /^http$/],
  ["x-sluice-deadline-ms", /^\d{13}$/],
  ["azureml-model-deployment", new RegExp(`^${model}$`)],
];

function headProblems(model: string, head: string): string[] {
  const [first = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()] as const);
  const all = (name: string): string[] => headers.flatMap(([other, value]) => (other === name ? [value] : []));
  const [lengths, codings] = [all("content-length"), all("transfer-encoding")];
  return [
    ...(/[\r\n\0]/.test([first, ...lines].join("")) ? ["a stray line end or zero byte in the head"] : []),
    ...(new RegExp(`^${token} /(score|swagger\\.json)(\\?\\S*)? HTTP/1\\.[01]$`).test(first) ? [] : [`the request line ${JSON.stringify(first)}`]),
    ...lines.filter((line) => !new RegExp(`^${token}:`).test(line)).map((line) => `the header line ${JSON.stringify(line)}`),
    ...(lengths.length + codings.length > 1 ? ["two framings"] : []),
    ...lengths.filter((value) => !/^\d+$/.test(value)).map((value) => `the length ${value}`),
    ...codings.filter((value) => value !== "chunked").map((value) => `the coding ${value}`),
    ...headers.filter(([name]) => foreign.test(name)).map(([name]) => `the header ${name}`),
    ...owned(model).flatMap(([name, shape]) => (all(name).length === 1 && shape.test(all(name)[0] ?? "") ? [] : [`${name}: ${all(name).join(" and ")}`])),
  ];
}

/** Length of the body at the start of the text by the head's framing; null while it is not whole. */
function bodyLength(head: string, rest: string): number | null {
  if (!/^transfer-encoding:/im.test(head)) {
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    return rest.length >= length ? length : null;
  }
  for (let at = 0; ;) {
    const size = /^([0-9A-Fa-f]+)\r\n/.exec(rest.slice(at, at + 20));
    if (size?.[1] === undefined) return null;
    const length = Number.parseInt(size[1], 16);
    at += size[0].length;
    if (length === 0) {
      const end = rest.startsWith("\r\n", at) ? at : rest.indexOf("\r\n\r\n", at) + 2;
      return end === 1 ? null : end + 2;
    }
    at += length + 2;
  }
}

/**
 * A model that believes nothing: it takes one request for each connection, as the gateway opens a fresh one for each, and whatever follows it or is
 * not written as a gateway writes is a problem.
 */
export class Recorder {
  readonly forwarded: Forwarded[] = [];
  port = 0;
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;

  constructor(readonly model: string) {}

  async start(): Promise<this> {
    this.server = createServer((socket) => {
      this.take(socket);
    }).listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  private take(socket: Socket): void {
    this.sockets.add(socket);
    let text = "";
    let answered = false;
    socket.on("error", () => undefined);
    socket.on("data", (part: Buffer) => {
      text += part.toString("latin1");
      if (!answered) answered = this.answer(socket, text);
      else this.note(text, ["bytes behind the request"]);
    });
    socket.on("close", () => {
      this.sockets.delete(socket);
      // A caller that went away leaves half a request, which is judged as far as it goes.
      const end = text.indexOf("\r\n\r\n");
      if (!answered && end > 0) this.note(text.slice(0, end), headProblems(this.model, text.slice(0, end)));
    });
  }

  private answer(socket: Socket, text: string): boolean {
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) return false;
    const [head, rest] = [text.slice(0, end), text.slice(end + 4)];
    const length = bodyLength(head, rest);
    if (length === null) return false;
    const problems = [...headProblems(this.model, head), ...(rest.length > length ? ["bytes behind the request"] : [])];
    const { attack, good } = this.note(head, problems);
    const body = JSON.stringify({ model: this.model, ...(attack === null ? {} : { attack }), ...(good === null ? {} : { good }) });
    socket.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\nconnection: close\r\n\r\n${body}`);
    return true;
  }

  private note(head: string, problems: readonly string[]): Forwarded {
    const number = (found: RegExpExecArray | null): number | null => (found?.[1] === undefined ? null : Number(found[1]));
    const one = {
      model: this.model,
      attack: number(/attack=(\d+)/.exec(head)) ?? number(/^x-attack: ?(\d+)\r?$/im.exec(head)),
      good: number(/^x-good: (\d+)\r?$/im.exec(head)),
      problems,
    };
    this.forwarded.push(one);
    return one;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server?.close();
    if (this.server !== null) await once(this.server, "close");
  }
}
