import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#server/testing/database";
import { withClient } from "./with-client";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it("a transaction whose connection the server ends between two statements is refused, and the process and the next one go on", async () => {
  const backends = "SELECT count(*)::int AS count FROM pg_stat_activity WHERE pid = $1";
  const cut = database.store.sql.transaction(async (inside) => {
    const [own] = await inside.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    await database.store.sql.query("SELECT pg_terminate_backend($1)", [own?.pid]);
    // The error comes by itself, while no statement waits for it.
    await expect.poll(() => database.store.sql.query(backends, [own?.pid])).toEqual([{ count: 0 }]);
    await inside.query("SELECT 1");
  });
  await expect(cut).rejects.toThrow();
  expect(await database.store.sql.transaction((inside) => inside.query("SELECT 1 AS one"))).toEqual([{ one: 1 }]);
});

it("one connection that the server ends while a statement waits rejects, and the process goes on", async () => {
  const cut = withClient({ connectionString: database.url }, (client) => client.query("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)"));
  await expect(cut).rejects.toThrow("terminating connection");
});
