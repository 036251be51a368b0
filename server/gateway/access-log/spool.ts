import { mkdir, open, readdir, readFile, rename, stat, unlink, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "#server/kernel/clock";

const openSuffix = ".open";

export interface SpoolOptions {
  readonly directory: string;
  /** What the files' names begin with; each writer of a folder has its own. */
  readonly prefix?: string;
  /** Bytes of all own files together beyond which new lines are shed. */
  readonly capBytes: number;
  readonly clock: Clock;
  /** A file is handed over when it is this old, in milliseconds … */
  readonly rotateMs?: number;
  /** … or has this many lines. */
  readonly rotateLines?: number;
}

/**
 * Files of JSON lines, handed to the ingester by renaming: `<prefix>-<startMs>-<seq>.ndjson.open` becomes `.ndjson` once it is complete and
 * synced. When nobody takes the files, old lines are kept and new ones shed and counted: a gap at the end is easier to explain than holes.
 */
export class Spool {
  /** Lines thrown away since the start. */
  shed = 0;
  private pending: string[] = [];
  private file: { readonly handle: FileHandle; readonly path: string; readonly openedAt: number; lines: number; bytes: number } | null = null;
  private storedBytes = 0;
  private sequence = 0;
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly options: SpoolOptions) {}

  private get prefix(): string {
    return this.options.prefix ?? "requests";
  }

  /** Makes the folder and hands over what an earlier process left open, without a last line that was cut off. */
  async start(): Promise<void> {
    const { directory } = this.options;
    await mkdir(directory, { recursive: true, mode: 0o750 });
    for (const name of await readdir(directory)) {
      if (!name.startsWith(`${this.prefix}-`) || !name.endsWith(openSuffix)) continue;
      const path = join(directory, name);
      const text = await readFile(path, "utf8");
      const whole = text.slice(0, text.lastIndexOf("\n") + 1);
      if (whole === "") {
        await unlink(path);
        continue;
      }
      if (whole !== text) await writeFile(path, whole);
      await rename(path, path.slice(0, -openSuffix.length));
    }
    await this.measure();
  }

  /** Takes one line without its line feed; never waits and never throws. */
  add(line: string): void {
    const waiting = this.storedBytes + (this.file?.bytes ?? 0);
    if (waiting >= this.options.capBytes || this.pending.length >= 100_000) this.shed += 1;
    else this.pending.push(line);
  }

  /** Writes what is waiting and hands a file over that is due (or any, when forced). Call it several times a second. */
  flush(force = false): Promise<void> {
    this.work = this.work.then(() => this.write(force)).catch(() => this.abandon());
    return this.work;
  }

  private async write(force: boolean): Promise<void> {
    const { clock, rotateMs = 2000, rotateLines = 20_000 } = this.options;
    const lines = this.pending;
    this.pending = [];
    if (lines.length > 0) {
      const file = (this.file ??= await this.openFile());
      const text = `${lines.join("\n")}\n`;
      await file.handle.appendFile(text);
      file.lines += lines.length;
      file.bytes += Buffer.byteLength(text);
    }
    // Whoever took the files has made room meanwhile, and nothing else would look.
    if (this.file === null && this.storedBytes >= this.options.capBytes) await this.measure();
    const due = this.file !== null && (force || this.file.lines >= rotateLines || clock.now() - this.file.openedAt >= rotateMs);
    if (due) await this.handOver();
  }

  private async openFile(): Promise<NonNullable<Spool["file"]>> {
    const openedAt = this.options.clock.now();
    this.sequence += 1;
    const path = join(this.options.directory, `${this.prefix}-${String(openedAt)}-${String(this.sequence)}.ndjson${openSuffix}`);
    return { handle: await open(path, "ax", 0o640), path, openedAt, lines: 0, bytes: 0 };
  }

  private async handOver(): Promise<void> {
    const file = this.file;
    if (file === null) return;
    this.file = null;
    await file.handle.sync();
    await file.handle.close();
    await rename(file.path, file.path.slice(0, -openSuffix.length));
    await this.measure();
  }

  /** A disk that is full loses the lines at hand, and they are counted; the file that was open is left to the next start. */
  private async abandon(): Promise<void> {
    this.shed += this.file?.lines ?? 1;
    const file = this.file;
    this.file = null;
    await file?.handle.close().catch(() => undefined);
  }

  private async measure(): Promise<void> {
    const { directory } = this.options;
    const names = (await readdir(directory)).filter((name) => name.startsWith(`${this.prefix}-`));
    const sizes = await Promise.all(
      names.map((name) =>
        stat(join(directory, name)).then(
          (found) => found.size,
          () => 0,
        ),
      ),
    );
    this.storedBytes = sizes.reduce((total, size) => total + size, 0);
  }
}
