import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { beginPlannedStop, endPlannedStop, readPlannedStops } from "./planned-stops";

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "sluice-stops-"));
});
afterEach(() => rmSync(home, { recursive: true }));

it("lasts from the stop to the next start, however often the start is tried", () => {
  expect(readPlannedStops(home)).toEqual([]);
  endPlannedStop(home, 5);
  beginPlannedStop(home, 10);
  expect(readPlannedStops(home)).toEqual([]);
  endPlannedStop(home, 20);
  endPlannedStop(home, 30);
  expect(readPlannedStops(home)).toEqual([{ from: 10, to: 20 }]);
});

it("is one stop when it was broken off and done again, and knows the ones before", () => {
  beginPlannedStop(home, 10);
  endPlannedStop(home, 20);
  beginPlannedStop(home, 30);
  beginPlannedStop(home, 35);
  endPlannedStop(home, 40);
  expect(readPlannedStops(home)).toEqual([
    { from: 10, to: 20 },
    { from: 30, to: 40 },
  ]);
});

it("keeps a bounded number, and takes a broken file for none", () => {
  for (let round = 0; round < 30; round += 1) {
    beginPlannedStop(home, round * 10);
    endPlannedStop(home, round * 10 + 5);
  }
  expect(readPlannedStops(home)).toHaveLength(20);
  writeFileSync(path.join(home, "run/planned-stops.json"), '[{"from":');
  expect(readPlannedStops(home)).toEqual([]);
});
