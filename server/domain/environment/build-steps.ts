export const buildStepStates = ["running", "done", "failed"] as const;

/** One step of a build with its time; Unix milliseconds. */
export interface BuildStep {
  readonly title: string;
  readonly state: (typeof buildStepStates)[number];
  /** Taken from an earlier build. */
  readonly cached: boolean;
  readonly startedAt: number;
  readonly finishedAt: number | null;
}

const stepPattern = /^Step \d+\/\d+ : (.*)$/;
/** The engine adds our labels as steps of the Dockerfile; nobody asked for them. */
const ownStep = /^LABEL io\.sluice\./;
const maxTitle = 400;

/** Follows a build by the lines of its log. */
export class BuildSteps {
  #steps: BuildStep[] = [];

  get all(): readonly BuildStep[] {
    return this.#steps;
  }

  /** Reads one line; true when it changed something. */
  read(line: string, nowMs: number): boolean {
    const title = stepPattern.exec(line)?.[1];
    if (title !== undefined) {
      if (ownStep.test(title)) this.#end("done", nowMs);
      else this.begin(title, nowMs);
      return true;
    }
    const last = this.#steps.at(-1);
    if (!/^ ---> Using cache$/.test(line) || last?.state !== "running") return false;
    this.#steps = [...this.#steps.slice(0, -1), { ...last, cached: true }];
    return true;
  }

  /** A step that the log does not number; the one before it is done. */
  begin(title: string, nowMs: number): void {
    this.#end("done", nowMs);
    this.#steps = [...this.#steps, { title: title.slice(0, maxTitle), state: "running", cached: false, startedAt: nowMs, finishedAt: null }];
  }

  finish(ok: boolean, nowMs: number): void {
    this.#end(ok ? "done" : "failed", nowMs);
  }

  #end(state: "done" | "failed", nowMs: number): void {
    this.#steps = this.#steps.map((step) => (step.finishedAt === null ? { ...step, state, finishedAt: nowMs } : step));
  }
}
