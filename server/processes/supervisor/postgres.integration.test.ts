import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { withClient } from "#server/store/with-client";
import { startPostgres, type RunningPostgres } from "./postgres";

const nobody = 65_534;
const account = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : null;

let folder: string;
let running: RunningPostgres;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sluice-postgres-"));
  chmodSync(folder, 0o755);
  if (account !== null) chownSync(folder, account.uid, account.gid);
  const port = 20_000 + (process.pid % 10_000);
  running = await startPostgres({ folder, port, passwordFile: path.join(folder, "password"), logFile: path.join(folder, "log"), account });
}, 120_000);
afterEach(async () => {
  await running.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const postmaster = (): number => Number(readFileSync(path.join(folder, "data/postmaster.pid"), "utf8").split("\n")[0]);

async function ask<T extends pg.QueryResultRow>(sql: string): Promise<readonly T[]> {
  return withClient({ connectionString: running.url }, async (client) => (await client.query<T>(sql)).rows);
}

/** Every server process of this folder, those that are only being started too. */
const servers = (): readonly number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").includes(`bin/postgres -D ${folder}/data`);
      } catch {
        // It ended meanwhile.
        return false;
      }
    })
    .map(Number);

// The limit of one start is a minute: what is killed in it is not waited for.
it("is started again at once when it is killed while it starts", async () => {
  const kills = new Set<number>();
  while (kills.size < 3) {
    for (const pid of servers()) {
      process.kill(pid, "SIGKILL");
      kills.add(pid);
    }
    await delay(20);
  }
  let answered = false;
  for (let round = 0; round < 400 && !answered; round += 1) {
    answered = await ask("SELECT 1").then(
      () => true,
      () => false,
    );
    await delay(100);
  }
  expect(answered).toBe(true);
}, 120_000);

it("comes back with what it had when it is killed, and stays away when it is stopped", async () => {
  await ask("CREATE TABLE kept AS SELECT 42 AS answer");
  const killed = postmaster();
  process.kill(killed, "SIGKILL");
  let rows: readonly { answer: number }[] = [];
  for (let round = 0; round < 600 && rows.length === 0; round += 1) {
    rows = await ask<{ answer: number }>("SELECT answer FROM kept").catch(() => []);
    await delay(100);
  }
  expect(rows).toEqual([{ answer: 42 }]);
  expect(postmaster()).not.toBe(killed);
  await running.stop();
  await delay(1500);
  await expect(ask("SELECT 1")).rejects.toThrow();
}, 120_000);
