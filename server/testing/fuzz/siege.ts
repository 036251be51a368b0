import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { TestGateway } from "#server/testing/haproxy";
import type { Attack, AttackKind } from "./attacks";
import type { Recorder } from "./recorder";
import { fuzzKeys, type FuzzEndpoint } from "./request";

export interface KindFigures {
  sent: number;
  /** Answers by the first digit of their status; `none`: cut off or not answered while it was listened to. */
  readonly answers: Record<string, number>;
  /** Requests that models saw. */
  forwarded: number;
}

/** Endpoints of the models; that of charlie-1 takes tokens, of which no attack has a good one. */
export const owners: Readonly<Record<string, FuzzEndpoint>> = { "alpha-1": "alpha", "alpha-2": "alpha", "bravo-1": "bravo" };
/** Silence after which an attack is over, in milliseconds: before its first answer and after it. */
const [patience, silence] = [150, 15];

/** A gateway with two endpoints under attack, and what is asserted of it. */
export class Siege {
  readonly violations: string[] = [];
  readonly kinds = new Map<AttackKind, KindFigures>();
  good = 0;
  private readonly attacks = new Map<number, Attack>();
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });

  constructor(
    readonly gateway: TestGateway,
    private readonly models: readonly Recorder[],
  ) {}

  private get port(): number {
    return this.gateway.settings.plainHttp?.port ?? 0;
  }

  private figures(kind: AttackKind): KindFigures {
    const known = this.kinds.get(kind) ?? { sent: 0, answers: {}, forwarded: 0 };
    this.kinds.set(kind, known);
    return known;
  }

  private violate(attack: Attack | undefined, what: string): void {
    this.violations.push(attack === undefined ? what : `${what}: ${attack.kind} ${String(attack.number)} ${JSON.stringify(attack.bytes.slice(0, 400))}`);
  }

  async attack(attack: Attack): Promise<void> {
    this.attacks.set(attack.number, attack);
    const text = await this.send(attack);
    const { answers } = this.figures(attack.kind);
    this.figures(attack.kind).sent += 1;
    const statuses = [...text.matchAll(/(?:^|\n|\})HTTP\/1\.[01] (\d)\d\d/g)].map(([, digit]) => `${String(digit)}xx`);
    for (const status of statuses.length > 0 ? statuses : [text === "" ? "none" : "frames"]) answers[status] = (answers[status] ?? 0) + 1;
    for (const [, other] of text.matchAll(/"attack":(\d+)/g))
      if (Number(other) !== attack.number) this.violate(attack, `the answer to ${String(other)} reached another caller`);
    if (text.includes('"good":')) this.violate(attack, "the answer to a good request reached an attacker");
  }

  private async send({ bytes, kind }: Attack): Promise<string> {
    const socket = connect({ port: this.port, host: "127.0.0.1" });
    const events = { text: "", closed: false, heardAt: performance.now() };
    socket.on("data", (part: Buffer) => {
      events.text += part.toString("latin1");
      events.heardAt = performance.now();
    });
    for (const event of ["end", "close", "error"]) socket.on(event, () => (events.closed = true));
    if (kind === "slowloris") {
      for (const letter of Array.from(bytes.slice(0, 20)).concat(bytes.slice(20))) {
        if (!events.closed) socket.write(letter, "latin1");
        await pause(50);
      }
    } else socket.write(bytes, "latin1");
    events.heardAt = performance.now();
    // Frames are answered by settings at once; the answer of a model comes a moment later.
    const answered = (): boolean => events.text !== "" && (kind !== "HTTP/2 frames" || events.text.includes("application/json"));
    while (!events.closed && performance.now() - events.heardAt < (answered() ? silence : patience)) await pause(5);
    socket.destroy();
    return events.text;
  }

  /** A request as everybody sends it, in the midst of the others. */
  async callRightly(number: number): Promise<void> {
    const endpoint: FuzzEndpoint = number % 2 === 0 ? "alpha" : "bravo";
    const model = endpoint === "alpha" ? "alpha-1" : "bravo-1";
    this.good += 1;
    try {
      const headers = { authorization: `Bearer ${fuzzKeys[endpoint]}`, "x-good": String(number), "content-length": "2" };
      const request = httpRequest({ host: "127.0.0.1", port: this.port, method: "POST", path: `/endpoints/${endpoint}/score`, headers, agent: this.agent });
      request.end("{}");
      const [response] = (await once(request, "response")) as [AsyncIterable<Buffer> & { statusCode?: number }];
      let text = "";
      for await (const part of response) text += part.toString();
      const expected = JSON.stringify({ model, good: number });
      if (response.statusCode !== 200 || text !== expected)
        this.violate(undefined, `the good request ${String(number)} got ${String(response.statusCode)} ${text}`);
    } catch (error) {
      this.violate(undefined, `the good request ${String(number)} got no answer: ${String(error)}`);
    }
  }

  /** Judges what the models saw since the last time. */
  judge(): void {
    for (const model of this.models) {
      for (const one of model.forwarded.splice(0)) {
        const attack = one.attack === null ? undefined : this.attacks.get(one.attack);
        if (attack !== undefined) this.figures(attack.kind).forwarded += 1;
        for (const problem of one.problems) this.violate(attack, `${model.model} got ${problem}`);
        if (one.good !== null && attack === undefined) continue;
        const owner = owners[model.model];
        if (attack === undefined) this.violate(undefined, `${model.model} got a request that nobody sent`);
        else if (owner === undefined || !attack.keys.includes(owner)) this.violate(attack, `${model.model} got a request without a key for it`);
        else if (model.model === "alpha-2" && !attack.pinned) this.violate(attack, "alpha-2 got a request that no pin sent there");
      }
    }
  }

  /** Rows of the access log tell keys and deployments by the gateway's own tables only. */
  judgeRows(): void {
    const known = new Set([
      "||",
      "alpha||",
      "bravo||",
      "charlie||",
      "alpha||alpha-key",
      "bravo||bravo-key",
      "alpha|alpha-1|alpha-key",
      "alpha|alpha-2|alpha-key",
      "bravo|bravo-1|bravo-key",
    ]);
    for (const { endpoint, deployment, keyName, subject, mirrored } of this.gateway.rows()) {
      const told = `${endpoint}|${deployment}|${keyName}`;
      if (subject !== "") this.violate(undefined, `a row names the caller ${subject}`);
      if (!known.has(told) || mirrored) this.violate(undefined, `a row says ${told}${mirrored ? " mirrored" : ""}`);
    }
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await this.gateway.stop();
    await Promise.all(this.models.map((model) => model.stop()));
  }
}
