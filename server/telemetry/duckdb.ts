import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";

export interface DuckOptions {
  /** For the buffer pool only; the process needs some more. */
  readonly memoryMib: number;
  readonly threads: number;
  /** Where sorting may spill; without it the engine would use the working directory. */
  readonly temporaryDirectory: string;
}

/** An in-memory DuckDB; nobody ever shares a database file, since a second process could not even read it. */
export async function openDuck(options: DuckOptions): Promise<DuckDBInstance> {
  return DuckDBInstance.create(":memory:", {
    memory_limit: `${options.memoryMib}MB`,
    threads: String(options.threads),
    temp_directory: options.temporaryDirectory,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
}

/** Runs `work` on a connection of its own. */
export async function withConnection<T>(instance: DuckDBInstance, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const connection = await instance.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
  }
}

/** A path as an SQL literal, for statements that take no parameters there (COPY). */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Leaves an instance nothing but reading below one folder: no other file, no network, no extension, and no way back. The order matters, since
 * each statement takes away what the next would need. Writing inside the folder stays possible to the engine, so only SELECTs of ours run.
 */
export async function restrict(instance: DuckDBInstance, directory: string): Promise<void> {
  await withConnection(instance, async (connection) => {
    await connection.run(`SET allowed_directories = [${literal(`${directory}/`)}]`);
    await connection.run("SET enable_external_access = false");
    await connection.run("SET lock_configuration = true");
  });
}
