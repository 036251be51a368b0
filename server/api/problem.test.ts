import { Writable } from "node:stream";
import pino from "pino";
import { expect, it } from "vitest";
import { notFound, SluiceError } from "#server/domain/errors";
import { logFailure } from "./problem";

/** The levels that a log at `level` shows for what is logged into it. */
function shown(level: string, work: (log: pino.Logger) => void): number[] {
  const levels: number[] = [];
  const sink = new Writable({
    write(line: Buffer, _encoding, done) {
      levels.push((JSON.parse(line.toString()) as { level: number }).level);
      done();
    },
  });
  work(pino({ level }, sink));
  return levels;
}

const missing = notFound("environment.not_found", "There is no environment x.");

it("does not tell everybody that a read found nothing, and does tell of a write that had nothing to change", () => {
  expect(shown("info", (log) => logFailure(log, missing, true))).toEqual([]);
  expect(shown("debug", (log) => logFailure(log, missing, true))).toEqual([pino.levels.values["debug"]]);
  expect(shown("info", (log) => logFailure(log, missing))).toEqual([pino.levels.values["info"]]);
});

it("keeps the level of every other kind, whether read or written", () => {
  const failure = new SluiceError({ kind: "unavailable", code: "database.unreachable", message: "The database cannot be reached." });
  expect(shown("info", (log) => logFailure(log, failure, true))).toEqual([pino.levels.values["warn"]]);
});
