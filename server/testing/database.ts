import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadTestEnvironment } from "#server/kernel/env";
import { createStore, type Store } from "#server/store/store";
import { withClient } from "#server/store/with-client";

const migrationsFolder = fileURLToPath(new URL("../../prisma/migrations", import.meta.url));
/** Serializes the creation of templates between test workers; any constant will do. */
const templateLock = 727_001;

export interface TestDatabase {
  readonly url: string;
  readonly store: Store;
  /** Another store on the same database: the second writer of a race. */
  openStore(): Store;
  /** Breaks every connection and lets nobody in until `work` is over. */
  outage<T>(work: () => Promise<T>): Promise<T>;
  /** Closes the stores and drops the database. */
  drop(): Promise<void>;
}

/** The administrative address of the test server; throws when there is none or it is not on this machine. */
export function testDatabaseUrl(): string {
  const url = loadTestEnvironment().databaseUrl;
  if (url === null) throw new Error("SLUICE_TEST_DATABASE_URL is not set: run the tests through `npm test`");
  const { hostname } = new URL(url);
  if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname)) throw new Error(`tests refuse a database that is not local: ${hostname}`);
  return url;
}

async function readMigrations(): Promise<readonly string[]> {
  const names = (await readdir(migrationsFolder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(names.sort().map((name) => readFile(path.join(migrationsFolder, name, "migration.sql"), "utf8")));
}

const onDatabase = (url: string, name: string): string => {
  const target = new URL(url);
  target.pathname = `/${name}`;
  return target.toString();
};

/** Makes the migrated template once per content of the migrations; its last rename makes it visible only when it is whole. */
async function ensureTemplate(adminUrl: string): Promise<string> {
  const migrations = await readMigrations();
  const name = `sluice_template_${createHash("sha256").update(migrations.join("\n")).digest("hex").slice(0, 12)}`;
  await withClient({ connectionString: adminUrl }, async (admin) => {
    const exists = async () => (await admin.query("SELECT 1 FROM pg_database WHERE datname = $1", [name])).rowCount === 1;
    if (await exists()) return;
    await admin.query("SELECT pg_advisory_lock($1)", [templateLock]);
    if (await exists()) return;
    const unfinished = `${name}_new`;
    await admin.query(`DROP DATABASE IF EXISTS "${unfinished}" WITH (FORCE)`);
    await admin.query(`CREATE DATABASE "${unfinished}"`);
    await withClient({ connectionString: onDatabase(adminUrl, unfinished) }, async (client) => {
      for (const sql of migrations) await client.query(sql);
    });
    await admin.query(`ALTER DATABASE "${unfinished}" RENAME TO "${name}"`);
  });
  return name;
}

/** A fresh, migrated, empty database; drop it when done. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = testDatabaseUrl();
  const template = await ensureTemplate(adminUrl);
  const name = `sluice_test_${randomUUID().replaceAll("-", "")}`;
  await withClient({ connectionString: adminUrl }, (admin) => admin.query(`CREATE DATABASE "${name}" TEMPLATE "${template}"`));
  const url = onDatabase(adminUrl, name);
  const stores: Store[] = [];
  const openStore = (): Store => {
    const store = createStore({ databaseUrl: url, maxConnections: 6 });
    stores.push(store);
    return store;
  };
  return {
    url,
    store: openStore(),
    openStore,
    outage: (work) =>
      withClient({ connectionString: adminUrl }, async (admin) => {
        await admin.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
        try {
          await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
          return await work();
        } finally {
          await admin.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
        }
      }),
    async drop() {
      await Promise.all(stores.map((store) => store.close()));
      await withClient({ connectionString: adminUrl }, (admin) => admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`));
    },
  };
}
