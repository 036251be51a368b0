import { randomUUID } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum, type SqlDriverAdapter, type SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import pg from "pg";

// The adapter has no mapping for PostgreSQL's one-byte "char" (OID 18), which the schema engine's catalogue queries return and read back as a
// character: the column is fetched as text, then declared to be a character.
const charOid = 18;
const textOid = 25;

class CharAwarePool extends pg.Pool {
  /** "char" columns of the latest result; the engine runs its statements one at a time. */
  charColumns = new Set<string>();

  constructor(config: pg.PoolConfig) {
    super(config);
    // A script of several statements answers a list of results, whose columns nobody reads.
    const query = this.query.bind(this) as (...args: unknown[]) => Promise<pg.QueryResult | readonly pg.QueryResult[]>;
    const aware = async (...args: unknown[]) => {
      const result = await query(...args);
      this.charColumns = new Set();
      for (const field of "fields" in result ? result.fields : []) {
        if (field.dataTypeID !== charOid) continue;
        field.dataTypeID = textOid;
        this.charColumns.add(field.name);
      }
      return result;
    };
    Object.assign(this, { query: aware });
  }
}

const openPools = new Set<pg.Pool>();

/** Ends every pool: the engine's advisory lock is bound to a session, and a left-over session would make the next migrator wait. */
export async function closePools(): Promise<void> {
  await Promise.all([...openPools].map((pool) => pool.end().catch(() => undefined)));
}

async function openAdapter(connectionString: string): Promise<SqlDriverAdapter> {
  const pool = new CharAwarePool({ connectionString, max: 1, allowExitOnIdle: true });
  openPools.add(pool);
  const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect();
  // The adapter cuts scripts at every semicolon, also inside comments and function bodies; the server reads a whole script correctly.
  adapter.executeScript = async (script) => {
    await pool.query(script);
  };
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    result.columnNames.forEach((name, index) => {
      if (pool.charColumns.has(name)) result.columnTypes[index] = ColumnTypeEnum.Character;
    });
    return result;
  };
  return adapter;
}

async function openShadow(connectionString: string): Promise<SqlDriverAdapter> {
  const admin = new pg.Client({ connectionString });
  await admin.connect();
  const name = `prisma_migrate_shadow_db_${randomUUID()}`;
  await admin.query(`CREATE DATABASE "${name}"`);
  const url = new URL(connectionString);
  url.pathname = `/${name}`;
  const adapter = await openAdapter(url.toString());
  const dispose = adapter.dispose.bind(adapter);
  adapter.dispose = async () => {
    await dispose();
    await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    await admin.end();
  };
  return adapter;
}

/** How the schema engine reaches the database at `connectionString`, and a throw-away shadow beside it (needs the right to create databases). */
export function migrationFactory(connectionString: string): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: "postgres",
    adapterName: "@prisma/adapter-pg",
    connect: () => openAdapter(connectionString),
    connectToShadowDb: () => openShadow(connectionString),
  };
}
