import { BuildSteps } from "#server/domain/environment/build-steps";
import { withoutLogins } from "#server/domain/environment/index-logins";
import { isDatabaseAway } from "#server/store/outage";
import { writeRoutine, type ControlContext, type LineWriter } from "../context";

/** Lines of the log that the event of a failed build keeps, and that the cause is read from. */
const keptLines = 200;
/** How often the row learns of steps while the build runs. */
const persistEveryMs = 1000;

/** What is known of a running build: its log goes to disk, its steps to its row, its newest lines stay at hand. */
export class BuildProgress {
  readonly #tail: string[] = [];
  readonly #steps = new BuildSteps();
  #untold = false;

  private constructor(
    private readonly context: ControlContext,
    private readonly buildId: string,
    private readonly log: LineWriter,
  ) {}

  static async open(context: ControlContext, buildId: string): Promise<BuildProgress> {
    return new BuildProgress(context, buildId, await context.logs.build(buildId));
  }

  get tail(): readonly string[] {
    return this.#tail;
  }

  get steps(): BuildSteps["all"] {
    return this.#steps.all;
  }

  write(raw: string): void {
    const line = withoutLogins(raw, this.context.settings.build.logins);
    this.#tail.push(line);
    if (this.#tail.length > keptLines) this.#tail.shift();
    this.log.write(line);
    if (this.#steps.read(line, this.context.clock.now())) this.#untold = true;
  }

  /** A step of ours, which the engine's log does not number. */
  begin(title: string): void {
    this.#steps.begin(title, this.context.clock.now());
    this.#untold = true;
    this.write(`${title} …`);
  }

  finish(ok: boolean): void {
    this.#steps.finish(ok, this.context.clock.now());
  }

  /**
   * Runs something that may take minutes while its steps show. A step that the
   * database does not take now is told with the next; one that it refuses, as when another process leads, ends the work.
   */
  async during<T>(run: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const over = new AbortController();
    const lost = new AbortController();
    const telling = this.#tell(over.signal).catch((error: unknown) => lost.abort(error));
    try {
      return await run(AbortSignal.any([signal, lost.signal]));
    } finally {
      over.abort();
      await telling;
      lost.signal.throwIfAborted();
    }
  }

  flush(): Promise<void> {
    return this.log.flush();
  }

  async #tell(over: AbortSignal): Promise<void> {
    for (;;) {
      await this.context.clock.sleep(persistEveryMs, over).catch(() => undefined);
      if (over.aborted) return;
      if (!this.#untold) continue;
      this.#untold = false;
      await writeRoutine(this.context, (session) => session.builds.update(this.buildId, { steps: this.steps })).catch((error: unknown) => {
        if (!isDatabaseAway(error)) throw error;
        this.#untold = true;
      });
    }
  }
}
