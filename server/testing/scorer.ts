import { Agent, request } from "undici";
import { z } from "zod";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly elapsedMs: number;
  /** Code of the gateway's own error body, or null. */
  readonly code: string | null;
  readonly requestId: string | null;
}

const errorBodySchema = z.object({ error: z.object({ code: z.string(), message: z.string().min(1), requestId: z.string() }) });

function errorOf(text: string): { readonly code: string; readonly requestId: string } | null {
  try {
    const parsed = errorBodySchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.error : null;
  } catch {
    return null;
  }
}

export interface ScoreOptions {
  readonly method?: "GET" | "POST" | "DELETE" | "OPTIONS";
  readonly path?: string;
  /** Null sends no key. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | AsyncIterable<Buffer>;
}

/** A caller of the gateway that keeps connections, trusts any certificate and never retries. */
export class TestScorer {
  private readonly dispatcher: Agent;

  constructor(
    readonly baseUrl: string,
    options: { readonly connections?: number; readonly http2?: boolean } = {},
  ) {
    this.dispatcher = new Agent({
      connections: options.connections ?? 64,
      pipelining: 1,
      allowH2: options.http2 ?? false,
      connect: { rejectUnauthorized: false },
    });
  }

  /** Throws only when no answer came. */
  async score(options: ScoreOptions = {}): Promise<Answer> {
    const { method = "POST", path = "/endpoints/demo/score", key = "key-1", headers = {}, body } = options;
    const authorization: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
    const payload = body ?? (method === "POST" ? '{"data":[1]}' : undefined);
    const startedAt = performance.now();
    const response = await request(`${this.baseUrl}${path}`, {
      method,
      dispatcher: this.dispatcher,
      headers: { "content-type": "application/json", ...authorization, ...headers },
      ...(payload === undefined ? {} : { body: payload as string }),
    });
    const text = await response.body.text();
    const error = errorOf(text);
    return {
      status: response.statusCode,
      headers: response.headers,
      text,
      elapsedMs: performance.now() - startedAt,
      code: error?.code ?? null,
      requestId: error?.requestId ?? null,
    };
  }

  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }
}

/** Calls without pause from `workers` callers until stopped; collects every answer and every failure to get one. */
export class Load {
  readonly answers: Answer[] = [];
  readonly failures: unknown[] = [];
  private stopped = false;
  private readonly workers: Promise<unknown>;

  constructor(scorer: TestScorer, workers: number, options: ScoreOptions = {}) {
    this.workers = Promise.all(Array.from({ length: workers }, () => this.run(scorer, options)));
  }

  private async run(scorer: TestScorer, options: ScoreOptions): Promise<void> {
    while (!this.stopped) {
      await scorer.score(options).then(
        (answer) => this.answers.push(answer),
        (error: unknown) => this.failures.push(error),
      );
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.workers;
  }

  /** Statuses other than 200 with their codes, and answers that never came. */
  problems(): string[] {
    const wrong = this.answers.filter(({ status }) => status !== 200).map(({ status, code, text }) => `${String(status)} ${code ?? text}`);
    return [...wrong, ...this.failures.map(String)];
  }
}
