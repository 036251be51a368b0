import type pg from "pg";

/** Raw SQL for the telemetry rooms, which aggregate in ways that repositories do not. 64-bit integers come as strings. */
export interface SqlDatabase {
  query<T>(text: string, values?: readonly unknown[]): Promise<T[]>;
  /** One transaction on one connection; undone when `work` rejects. A transaction inside joins the outer one. */
  transaction<T>(work: (database: SqlDatabase) => Promise<T>): Promise<T>;
}

const runner = (target: Pick<pg.Pool, "query"> | Pick<pg.PoolClient, "query">): SqlDatabase["query"] => {
  return async <T>(text: string, values: readonly unknown[] = []) => (await target.query(text, [...values])).rows as T[];
};

export function poolDatabase(pool: pg.Pool): SqlDatabase {
  // The pool listens to idle connections only: one that the server ends between two statements would end the process. The next statement fails anyway.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return {
    query: runner(pool),
    async transaction(work) {
      const client = await pool.connect();
      const inside: SqlDatabase = { query: runner(client), transaction: (inner) => inner(inside) };
      try {
        await client.query("BEGIN");
        const outcome = await work(inside);
        await client.query("COMMIT");
        client.release();
        return outcome;
      } catch (error) {
        // A connection whose rollback fails must not go back to the pool.
        const broken = await client.query("ROLLBACK").then(
          () => false,
          () => true,
        );
        client.release(broken);
        throw error;
      }
    },
  };
}
