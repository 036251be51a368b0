import pg from "pg";
import { poolDatabase } from "#server/store/sql";

/**
 * What telemetry needs of PostgreSQL: parameterised statements, rows as plain objects, one transaction. Bigint and numeric columns arrive as
 * text, so the statements that read them cast.
 */
export interface Db {
  query<T>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /** Runs `work` in one transaction; a throw rolls everything back and is passed on. Inside another it joins the outer one. */
  transaction<T>(work: (tx: Db) => Promise<T>): Promise<T>;
}

export interface OpenDb extends Db {
  close(): Promise<void>;
}

/** A small pool of its own for one process. Statements end after 30 s, waiting for a connection after 5 s. */
export function openDb(databaseUrl: string, maxConnections = 4): OpenDb {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: maxConnections,
    connectionTimeoutMillis: 5000,
    statement_timeout: 30_000,
    application_name: "sluice-telemetry",
  });
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  pool.on("error", () => undefined);
  return { ...poolDatabase(pool), close: () => pool.end() };
}
