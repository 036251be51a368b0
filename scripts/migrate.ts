// Migrations without a downloaded engine: `deploy` applies what is missing, `drift` compares the database with the migrations (exit 2 when they
// differ), `create NAME` writes a migration for the difference between migrations and schema, `script` prints the whole schema as SQL.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type * as EngineModule from "@prisma/schema-engine-wasm";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import { closePools, migrationFactory } from "./migrate/adapter";
import { loadEngine, migrationsDir, migrationsList, root, schemaFiles } from "./migrate/engine";

const filters = { externalTables: [], externalEnums: [] };
type Engine = Awaited<ReturnType<(typeof EngineModule)["SchemaEngine"]["new"]>>;
type SchemaFiles = Awaited<ReturnType<typeof schemaFiles>>;

async function deploy(engine: Engine): Promise<void> {
  const outcome = await engine.applyMigrations({ migrationsList: await migrationsList(), filters });
  console.log(outcome.appliedMigrationNames.length === 0 ? "migrations: nothing to apply" : `migrations applied: ${outcome.appliedMigrationNames.join(", ")}`);
}

async function drift(engine: Engine, files: SchemaFiles): Promise<void> {
  const to = { tag: "schemaDatasource" as const, files, configDir: root };
  const outcome = await engine.diff({ from: { tag: "migrations", ...(await migrationsList()) }, to, script: false, exitCode: true, filters });
  console.log(outcome.stdout ?? "");
  process.exitCode = outcome.exitCode;
}

async function create(engine: Engine, files: SchemaFiles, name: string): Promise<void> {
  // The diagnosis builds the shadow schema through the adapter and keeps it in the engine; without it the creation finds no shadow database.
  const { action } = await engine.devDiagnostic({ migrationsList: await migrationsList(), filters });
  if (action.tag === "reset") throw new Error(`the database needs a reset first: ${action.reason}`);
  const migration = await engine.createMigration({ draft: false, migrationName: name, migrationsList: await migrationsList(), schema: { files }, filters });
  if (migration.migrationScript === null) {
    console.log("schema and migrations agree: nothing to create");
    return;
  }
  const directory = path.join(migrationsDir, migration.generatedMigrationName);
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, "migration.sql"), migration.migrationScript);
  await writeFile(path.join(migrationsDir, "migration_lock.toml"), 'provider = "postgresql"\n');
  console.log(`created ${migration.generatedMigrationName}\n${migration.migrationScript}`);
}

async function script(engine: Engine, files: SchemaFiles): Promise<void> {
  const outcome = await engine.diff({ from: { tag: "empty" }, to: { tag: "schemaDatamodel", files }, script: true, exitCode: null, filters });
  console.log(outcome.stdout);
}

const url = process.env["DATABASE_URL"];
const command = process.argv[2] ?? "";
if (url === undefined || !["deploy", "drift", "create", "script"].includes(command)) {
  console.error("usage: DATABASE_URL=postgresql://… migrate deploy | drift | create NAME | script");
  process.exit(2);
}
const { SchemaEngine } = await loadEngine();
const files = await schemaFiles();
const engine = await SchemaEngine.new(
  { datamodels: files.map((file) => [file.path, file.content]) },
  () => undefined,
  bindMigrationAwareSqlAdapterFactory(migrationFactory(url)),
);
try {
  if (command === "deploy") await deploy(engine);
  else if (command === "drift") await drift(engine, files);
  else if (command === "create") await create(engine, files, process.argv[3] ?? "change");
  else await script(engine, files);
} catch (error) {
  console.error("migration failed:", (error instanceof Error ? error.message : String(error)).split("\n   0: ")[0]);
  process.exitCode = 1;
} finally {
  engine.free();
  await closePools();
  // The engine leaves a timer behind that would hold its advisory lock for ten seconds.
  process.exit(process.exitCode ?? 0);
}
