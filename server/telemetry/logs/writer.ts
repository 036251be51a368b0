import { appendFile, mkdir, open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Clock } from "#server/kernel/clock";
import { EntryReader } from "./entries";
import { encodeLine, positionOf, type StoredLine } from "./line";

export interface LogWriterOptions {
  readonly file: string;
  /** All files of this log together; oldest lines go first. */
  readonly maxBytes: number;
  readonly clock: Clock;
  /** Sustained lines per second; a burst of four seconds' worth passes, what is above is dropped and counted. */
  readonly linesPerSecond?: number;
}

/** Appends to one log. Only one writer per file may exist. */
export interface LogWriter {
  /** Takes a line without waiting; false when it was dropped because of a flood. */
  write(line: StoredLine): boolean;
  /** Resolves when everything taken so far is in the file. */
  flush(): Promise<void>;
  /** Position of the newest line in the file or on its way there: ask the source for lines after it. Null for an empty log. */
  readonly lastAt: number | null;
  /** Lines dropped since it was opened. */
  readonly dropped: number;
}

/** Files that a log is cut into: the running one and those before it. */
export const rotatedFiles = 4;

/** Smallest step between two positions that a double still tells apart at today's times. */
export const tick = 0.001;
const burstSeconds = 4;
/** Lines waiting for the disk; more are dropped, since the memory is the control plane's. */
const maxPendingBytes = 8 * 1024 * 1024;
const tailBytes = 256 * 1024;

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    (info) => info.size,
    () => 0,
  );

/** Position of the last whole line, after cutting off a line that a crash left half-written. */
async function recover(file: string): Promise<number | null> {
  const size = await sizeOf(file);
  if (size === 0) return null;
  const handle = await open(file, "r+");
  try {
    const length = Math.min(size, tailBytes);
    const buffer = Buffer.alloc(length);
    await handle.read(buffer, 0, length, size - length);
    const end = buffer.lastIndexOf(10) + 1;
    if (end < length) await handle.truncate(size - length + end);
    const lines = buffer.subarray(0, end).toString("utf8").trimEnd().split("\n");
    return positionOf(lines.at(-1) ?? "");
  } finally {
    await handle.close();
  }
}

async function rotate(file: string): Promise<void> {
  await rm(`${file}.${rotatedFiles - 1}`, { force: true });
  for (let index = rotatedFiles - 1; index >= 1; index -= 1) {
    const older = index === 1 ? file : `${file}.${index - 1}`;
    await rename(older, `${file}.${index}`).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    });
  }
}

/** Opens (or resumes) a log; the folder is made when it is missing. */
export async function openLogWriter(options: LogWriterOptions): Promise<LogWriter> {
  const { file, maxBytes, clock, linesPerSecond = 5000 } = options;
  await mkdir(path.dirname(file), { recursive: true });
  let lastAt = (await recover(file)) ?? (await recover(`${file}.1`));
  let size = await sizeOf(file);
  let pending: string[] = [];
  let pendingBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  let dropped = 0;
  let untold = 0;
  // A log that is resumed inside an entry begins another one: what was before is not known any more.
  const entries = { stdout: new EntryReader(), stderr: new EntryReader() };
  let tokens = linesPerSecond * burstSeconds;
  let refilledAt = clock.now();

  function enqueue(line: StoredLine): void {
    const at = lastAt === null ? line.at : Math.max(line.at, lastAt + tick);
    lastAt = at;
    const text = encodeLine({ ...line, at, more: entries[line.stream].continues(line.text) });
    pending.push(text);
    pendingBytes += text.length;
  }

  async function drain(): Promise<void> {
    const perFile = Math.max(Math.floor(maxBytes / rotatedFiles), 4096);
    while (pending.length > 0) {
      if (size >= perFile) {
        await rotate(file);
        size = 0;
      }
      const batch: string[] = [];
      let bytes = 0;
      while (pending.length > batch.length && size + bytes < perFile) {
        const text = pending[batch.length] ?? "";
        batch.push(text);
        bytes += Buffer.byteLength(text);
      }
      pending = pending.slice(batch.length);
      pendingBytes = pending.length === 0 ? 0 : Math.max(pendingBytes - bytes, 0);
      await appendFile(file, batch.join(""));
      size += bytes;
    }
  }

  function admit(): boolean {
    const now = clock.now();
    tokens = Math.min(tokens + ((now - refilledAt) / 1000) * linesPerSecond, linesPerSecond * burstSeconds);
    refilledAt = now;
    if (tokens < 1 || pendingBytes > maxPendingBytes) return false;
    tokens -= 1;
    return true;
  }

  function kick(): void {
    writing = writing.then(drain).catch(() => {
      // A full disk must not stop the collector; what could not be written is lost and said so.
      untold += pending.length;
      dropped += pending.length;
      pending = [];
      pendingBytes = 0;
    });
  }

  return {
    write: (line) => {
      if (!admit()) {
        dropped += 1;
        untold += 1;
        return false;
      }
      if (untold > 0) enqueue({ at: line.at, stream: "stderr", text: `[sluice] ${untold} lines dropped: more came than can be kept` });
      untold = 0;
      const idle = pending.length === 0;
      enqueue(line);
      if (idle) kick();
      return true;
    },
    flush: async () => {
      kick();
      await writing;
    },
    get lastAt() {
      return lastAt;
    },
    get dropped() {
      return dropped;
    },
  };
}
