import type { LogLine } from "../compute-driver";
import { LineCutter } from "./lines";

const headerBytes = 8;

/** Frames of the engine's multiplexed log stream: stream number and payload. Tolerates any cut of the chunks. */
async function* logFrames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<{ readonly stream: LogLine["stream"]; readonly payload: Buffer }> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    pending = pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([pending, chunk]);
    while (pending.length >= headerBytes) {
      const end = headerBytes + pending.readUInt32BE(4);
      if (pending.length < end) break;
      yield { stream: pending[0] === 2 ? "stderr" : "stdout", payload: pending.subarray(headerBytes, end) };
      pending = pending.subarray(end);
    }
  }
}

const stampPattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d+))?Z ?/;

/** Splits the engine's RFC 3339 stamp off a line; milliseconds with fraction. A line without one is stamped 0. */
export function parseStampedLine(line: string): { readonly at: number; readonly text: string } {
  const match = stampPattern.exec(line);
  if (match === null) return { at: 0, text: line };
  const seconds = Date.parse(`${match[1] ?? ""}Z`);
  return { at: seconds + Number(`0.${match[2] ?? "0"}`) * 1000, text: line.slice(match[0].length) };
}

/** Whole lines of a stamped, multiplexed log stream in the order in which they complete. */
export async function* logLines(stream: AsyncIterable<Uint8Array>): AsyncGenerator<LogLine> {
  const channels = { stdout: { decoder: new TextDecoder(), cutter: new LineCutter() }, stderr: { decoder: new TextDecoder(), cutter: new LineCutter() } };
  for await (const frame of logFrames(stream)) {
    const { decoder, cutter } = channels[frame.stream];
    for (const line of cutter.push(decoder.decode(frame.payload, { stream: true }))) yield { stream: frame.stream, ...parseStampedLine(line) };
  }
  for (const stream of ["stdout", "stderr"] as const) {
    for (const line of channels[stream].cutter.flush()) yield { stream, ...parseStampedLine(line) };
  }
}
