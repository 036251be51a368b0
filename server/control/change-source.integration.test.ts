import pg from "pg";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "#server/testing/database";
import { FakeClock } from "#server/testing/fake-clock";
import { changeSource } from "./change-source";
import { patienceMs } from "./runtime/feed-cursor";
import { LoopMetrics } from "./runtime/metrics";
import type { HintSource } from "./runtime/runtime";

let database: TestDatabase;
let clock: FakeClock;
let metrics: LoopMetrics;
let clients: pg.Client[];
beforeEach(async () => {
  database = await createTestDatabase();
  clock = new FakeClock();
  metrics = new LoopMetrics();
  clients = [];
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await database.drop();
});

/** Numbers that the newest read asked for again. */
let askedAgain: readonly bigint[];

const open = (): HintSource => {
  const changes = {
    ...database.store.changes,
    listAfter: (id: bigint, limit: number, missing: readonly bigint[] = []) => {
      askedAgain = missing;
      return database.store.changes.listAfter(id, limit, missing);
    },
  };
  return changeSource({ store: { changes }, clock, metrics, changed: () => new Promise(() => undefined) });
};

/** A writer of its own whose transaction has a number already and is not committed. */
async function begin(key: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  clients.push(client);
  await client.connect();
  await client.query("BEGIN");
  await client.query("INSERT INTO change (kind, key) VALUES ('instance', $1)", [key]);
  return client;
}

async function keysOf(source: HintSource): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let page = await source.read(); page.length > 0; page = await source.read()) keys.push(...page.map((hint) => hint.key));
  return keys;
}

it("hands out a hint that commits after one with a higher number, at the next read and once", async () => {
  const source = open();
  expect(await keysOf(source)).toEqual([]);
  const slow = await begin("slow");
  const quick = await begin("quick");
  await quick.query("COMMIT");
  expect(await keysOf(source)).toEqual(["quick"]);
  await slow.query("COMMIT");
  expect(await keysOf(source)).toEqual(["slow"]);
  expect(await keysOf(source)).toEqual([]);
  expect(metrics.read("sluice_hints_out_of_order_total")).toBe(1);
});

it("rings at the late commit, so that nobody has to poll for it", async () => {
  let rings = 0;
  const stop = database.store.onChange(() => (rings += 1));
  await vi.waitFor(() => expect(rings).toBe(1));
  const slow = await begin("slow");
  const quick = await begin("quick");
  await quick.query("COMMIT");
  await vi.waitFor(() => expect(rings).toBe(2));
  await slow.query("COMMIT");
  await vi.waitFor(() => expect(rings).toBe(3));
  await stop();
});

it("hands out a hint whose writer was under way when the reader began", async () => {
  const slow = await begin("slow");
  const quick = await begin("quick");
  await quick.query("COMMIT");
  const source = open();
  expect(await keysOf(source)).toEqual([]);
  await slow.query("COMMIT");
  expect(await keysOf(source)).toEqual(["slow"]);
});

it("forgets numbers of writers that rolled back", async () => {
  const source = open();
  await source.read();
  const undone = await begin("undone");
  const quick = await begin("quick");
  await quick.query("COMMIT");
  await undone.query("ROLLBACK");
  await keysOf(source);
  expect(askedAgain).toHaveLength(1);
  clock.advance(patienceMs + 1);
  await source.read();
  await source.read();
  expect(askedAgain).toHaveLength(0);
});
