import type pg from "pg";

/** Raw SQL for the telemetry rooms, which aggregate in ways that repositories do not. 64-bit integers come as strings. */
export interface SqlDatabase {
  query<T extends object>(text: string, values?: readonly unknown[]): Promise<readonly T[]>;
  /** One transaction on one connection; undone when `work` rejects. */
  transaction<T>(work: (database: Pick<SqlDatabase, "query">) => Promise<T>): Promise<T>;
}

const runner = (target: Pick<pg.Pool, "query"> | Pick<pg.PoolClient, "query">) => ({
  query: async <T extends object>(text: string, values: readonly unknown[] = []): Promise<readonly T[]> => (await target.query<T & pg.QueryResultRow>(text, [...values])).rows,
});

export function poolDatabase(pool: pg.Pool): SqlDatabase {
  return {
    ...runner(pool),
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        const outcome = await work(runner(client));
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
