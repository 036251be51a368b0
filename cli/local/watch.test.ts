import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchPlaces } from "./watch";

let folder: string;
let stop: AbortController;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sluice-watch-"));
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string): string => path.join(folder, name);
/** As most editors do. */
function saveByRename(name: string, text: string): void {
  writeFileSync(at(`${name}.new`), text);
  renameSync(at(`${name}.new`), at(name));
}

interface Watching {
  readonly changes: () => number;
  watch: readonly string[];
}

function watching(places: readonly string[]): Watching {
  let changes = 0;
  const state: Watching = { changes: () => changes, watch: places };
  const onChange = (): Promise<readonly string[]> => {
    changes += 1;
    return Promise.resolve(state.watch);
  };
  void watchPlaces(places, onChange, { signal: stop.signal, onBlind: () => undefined });
  return state;
}

describe("watching a project", () => {
  it("sees every save of a file, also those that put another file in its place", async () => {
    writeFileSync(at("blue.yml"), "1");
    writeFileSync(at("other.yml"), "1");
    const seen = watching([at("blue.yml")]);
    for (const round of [1, 2, 3]) {
      saveByRename("blue.yml", String(round));
      await vi.waitFor(() => expect(seen.changes()).toBe(round), { timeout: 5000 });
    }
    saveByRename("other.yml", "2");
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(seen.changes()).toBe(3);
  });

  it("watches what the project names after a change", async () => {
    for (const name of ["old", "new"]) mkdirSync(at(name));
    writeFileSync(at("blue.yml"), "old");
    const seen = watching([at("blue.yml"), at("old")]);
    seen.watch = [at("blue.yml"), at("new")];
    saveByRename("blue.yml", "new");
    await vi.waitFor(() => expect(seen.changes()).toBe(1), { timeout: 5000 });
    writeFileSync(at("new/score.py"), "x");
    await vi.waitFor(() => expect(seen.changes()).toBe(2), { timeout: 5000 });
  });
});
