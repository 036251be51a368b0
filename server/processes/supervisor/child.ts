import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, existsSync, renameSync, statSync, type WriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { backoffMs } from "../../kernel/backoff";
import { formatLine } from "./format-line";

export interface ChildSpec {
  readonly name: string;
  /** Arguments of this Node: a bundle and its options. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly account: { readonly uid: number; readonly gid: number } | null;
  readonly logFile: string;
  /** Answers whether it does its work; asked until it does. */
  readonly isReady: () => Promise<boolean>;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
}

const maxLogBytes = 32 * 1024 * 1024;
/** A process that lived this long has recovered: its next restart is quick again. */
const healthyAfterMs = 30_000;

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** One supervised process: started, kept alive with growing delays, ended with a grace period. */
export class Child {
  private process: ChildProcess | null = null;
  private stopping = false;
  private failures = 0;
  private startedAt = 0;
  private log: WriteStream;

  constructor(
    readonly spec: ChildSpec,
    private readonly print: (line: string) => void,
  ) {
    if (existsSync(spec.logFile) && statSync(spec.logFile).size > maxLogBytes) renameSync(spec.logFile, `${spec.logFile}.1`);
    this.log = createWriteStream(spec.logFile, { flags: "a" });
  }

  get pid(): number | null {
    return this.process?.pid ?? null;
  }

  start(): void {
    this.stopping = false;
    this.startedAt = Date.now();
    const child = spawn(process.execPath, ["--enable-source-maps", ...this.spec.args], {
      cwd: this.spec.cwd,
      env: this.spec.env as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: the terminal's Ctrl-C reaches the supervisor alone, which then ends everything in order.
      detached: true,
      ...(this.spec.account ?? {}),
    });
    this.process = child;
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", (line) => this.emit(line));
    child.once("error", (error) => this.emit(`could not start: ${error.message}`));
    child.once("exit", (code, signal) => void this.onExit(code, signal));
  }

  private emit(line: string): void {
    this.log.write(`${line}\n`);
    const shown = formatLine(this.spec.name, line);
    if (shown !== null) this.print(shown);
  }

  private async onExit(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    if (this.stopping) return;
    if (Date.now() - this.startedAt > healthyAfterMs) this.failures = 0;
    this.failures += 1;
    const waitMs = backoffMs(this.failures, { baseMs: 500, capMs: 10_000 }, Math.random());
    this.emit(JSON.stringify({ level: 40, msg: `ended with ${signal ?? String(code)}; starting again in ${String(waitMs)} ms` }));
    await delay(waitMs);
    // A stop may have come during the wait; the type checker cannot see that.
    if (!(this.stopping as boolean)) this.start();
  }

  /** Resolves when the process does its work, or is not wanted any more; rejects after `limitMs` with the path of its log. */
  async ready(limitMs: number, isWanted: () => boolean): Promise<void> {
    const deadline = Date.now() + limitMs;
    while (isWanted() && !(await this.spec.isReady().catch(() => false))) {
      if (Date.now() > deadline) throw new Error(`${this.spec.name} was not ready within ${String(limitMs / 1000)} s; see ${this.spec.logFile}`);
      await delay(100);
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    const child = this.process;
    if (child === null || hasEnded(child)) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const timer = new AbortController();
    await Promise.race([ended, delay(this.spec.graceMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
    if (!hasEnded(child)) child.kill("SIGKILL");
    await ended;
  }
}
