import { open, stat, type FileHandle } from "node:fs/promises";
import { decodeLine, positionOf, type StoredLine } from "./line";
import { rotatedFiles } from "./writer";

const chunkBytes = 256 * 1024;

/** Running and older files of one log that exist, newest first. */
async function filesOf(file: string): Promise<string[]> {
  const names = [file, ...Array.from({ length: rotatedFiles - 1 }, (_, index) => `${file}.${index + 1}`)];
  const present = await Promise.all(
    names.map((name) =>
      stat(name).then(
        () => true,
        () => false,
      ),
    ),
  );
  return names.filter((_, index) => present[index] === true);
}

async function withFile<T>(file: string, fallback: T, work: (handle: FileHandle, size: number) => Promise<T>): Promise<T> {
  const handle = await open(file, "r").catch(() => null);
  // Rotation may have renamed it since it was listed; its lines are then found under the next name.
  if (handle === null) return fallback;
  try {
    return await work(handle, (await handle.stat()).size);
  } finally {
    await handle.close();
  }
}

async function readRange(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(to - from, 0));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
  return buffer.subarray(0, bytesRead);
}

const wholeLines = (buffer: Buffer): string[] => {
  const end = buffer.lastIndexOf(10);
  return end < 0 ? [] : buffer.subarray(0, end).toString("utf8").split("\n");
};

const decodeAll = (lines: readonly string[]): StoredLine[] =>
  lines.flatMap((line) => {
    const decoded = decodeLine(line);
    return decoded === null ? [] : [decoded];
  });

/** Offset of a line start at or before the first line after `after`: halves the file until a chunk is left. */
async function seek(handle: FileHandle, size: number, after: number): Promise<number> {
  let low = 0;
  let high = size;
  while (high - low > chunkBytes) {
    const middle = Math.floor((low + high) / 2);
    const chunk = await readRange(handle, middle, Math.min(middle + chunkBytes, high));
    const newline = chunk.indexOf(10);
    const lineEnd = chunk.indexOf(10, newline + 1);
    const at = newline < 0 || lineEnd < 0 ? null : positionOf(chunk.subarray(newline + 1, lineEnd).toString("utf8"));
    if (at === null || at > after) high = middle;
    else low = middle + newline + 1;
  }
  return low;
}

/** Offset of the first line at or after a position. */
async function offsetOf(handle: FileHandle, size: number, at: number): Promise<number> {
  let offset = await seek(handle, size, at);
  while (offset < size) {
    const chunk = await readRange(handle, offset, Math.min(offset + chunkBytes, size));
    const lines = wholeLines(chunk);
    if (lines.length === 0) return size;
    for (const line of lines) {
      if ((positionOf(line) ?? 0) >= at) return offset;
      offset += Buffer.byteLength(line) + 1;
    }
  }
  return size;
}

/** The newest `limit` lines of one file that come before a position, oldest first. */
async function backwardInFile(file: string, before: number, limit: number): Promise<StoredLine[]> {
  return withFile(file, [], async (handle, size) => {
    let start = before === Number.POSITIVE_INFINITY ? size : await offsetOf(handle, size, before);
    const chunks: Buffer[] = [];
    let count = 0;
    while (start > 0 && count <= limit) {
      const from = Math.max(start - chunkBytes, 0);
      const chunk = await readRange(handle, from, start);
      for (const byte of chunk) if (byte === 10) count += 1;
      chunks.unshift(chunk);
      start = from;
    }
    const lines = wholeLines(Buffer.concat(chunks));
    // The first is cut unless the file's start was reached.
    return decodeAll((start > 0 ? lines.slice(1) : lines).slice(-limit));
  });
}

/** Up to `limit` lines after a position, oldest first. */
async function forwardInFile(file: string, after: number, limit: number): Promise<StoredLine[]> {
  return withFile(file, [], async (handle, size) => {
    let offset = await seek(handle, size, after);
    const found: StoredLine[] = [];
    let rest = Buffer.alloc(0);
    while (offset < size && found.length < limit) {
      const chunk = await readRange(handle, offset, Math.min(offset + chunkBytes, size));
      if (chunk.length === 0) break;
      offset += chunk.length;
      const buffer = Buffer.concat([rest, chunk]);
      const end = buffer.lastIndexOf(10) + 1;
      rest = buffer.subarray(end);
      for (const text of wholeLines(buffer)) {
        if ((positionOf(text) ?? 0) <= after) continue;
        const line = decodeLine(text);
        if (line !== null) found.push(line);
      }
    }
    return found.slice(0, limit);
  });
}

/** The newest `limit` lines before a position (all of it by default), over all files of the log, oldest first. */
export async function readBefore(file: string, limit: number, before = Number.POSITIVE_INFINITY): Promise<StoredLine[]> {
  let lines: StoredLine[] = [];
  for (const one of await filesOf(file)) {
    if (lines.length >= limit) break;
    lines = [...(await backwardInFile(one, lines[0]?.at ?? before, limit - lines.length)), ...lines];
  }
  return lines;
}

/** Up to `limit` lines after a position (Unix milliseconds), over all files of the log, oldest first. */
export async function readAfter(file: string, after: number, limit: number): Promise<StoredLine[]> {
  let lines: StoredLine[] = [];
  for (const one of (await filesOf(file)).reverse()) {
    if (lines.length >= limit) break;
    const last = lines.at(-1)?.at ?? after;
    lines = [...lines, ...(await forwardInFile(one, last, limit - lines.length))];
  }
  return lines;
}
