import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#server/testing/database";
import { withClient } from "./with-client";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Ends the connection behind `query` from the server's side, while no statement waits on it, and asks it once more. */
async function askAfterCut(query: (text: string) => Promise<readonly { pid: number }[]>): Promise<unknown> {
  const [own] = await query("SELECT pg_backend_pid() AS pid");
  await database.store.sql.query("SELECT pg_terminate_backend($1)", [own?.pid]);
  const backends = "SELECT count(*)::int AS count FROM pg_stat_activity WHERE pid = $1";
  await expect.poll(() => database.store.sql.query(backends, [own?.pid])).toEqual([{ count: 0 }]);
  return query("SELECT 1 AS pid");
}

it("a transaction whose connection the server ends between two statements is refused, and the process and the next one go on", async () => {
  await expect(database.store.sql.transaction((inside) => askAfterCut((text) => inside.query(text)))).rejects.toThrow();
  expect(await database.store.sql.transaction((inside) => inside.query("SELECT 1 AS one"))).toEqual([{ one: 1 }]);
});

it("a single connection that the server ends is refused at the next statement, and the process goes on", async () => {
  const cut = withClient({ connectionString: database.url }, (client) => askAfterCut(async (text) => (await client.query<{ pid: number }>(text)).rows));
  await expect(cut).rejects.toThrow();
});
