/**
 * What telemetry needs of PostgreSQL: parameterised statements, rows as plain objects, one transaction.
 * A `pg.Pool` is wrapped by `poolDb`; bigint and numeric columns arrive as text and are cast in the statements that read them.
 */
export interface Db {
  query<T>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /** Runs `work` in one transaction; a throw rolls everything back and is passed on. */
  transaction<T>(work: (tx: Db) => Promise<T>): Promise<T>;
}

/** The part of `pg` that is used, so that this room does not depend on how the pool is made. */
interface PgQueryable {
  query(sql: string, params?: unknown[]): Promise<{ rows: unknown[] }>;
}
interface PgClient extends PgQueryable {
  release(error?: boolean): void;
}
export interface PgPool extends PgQueryable {
  connect(): Promise<PgClient>;
}

const over = (queryable: PgQueryable): Db["query"] => async <T>(sql: string, params: readonly unknown[] = []) => (await queryable.query(sql, [...params])).rows as T[];

/** Wraps a pool. Nested transactions join the outer one. */
export function poolDb(pool: PgPool): Db {
  return {
    query: over(pool),
    transaction: async (work) => {
      const client = await pool.connect();
      const tx: Db = { query: over(client), transaction: (inner) => inner(tx) };
      let broken = false;
      try {
        await client.query("BEGIN");
        const outcome = await work(tx);
        await client.query("COMMIT");
        return outcome;
      } catch (error) {
        await client.query("ROLLBACK").catch(() => {
          broken = true;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
  };
}
