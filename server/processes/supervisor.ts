import { execFile } from "node:child_process";
import { mkdirSync, rmSync, chmodSync, chownSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ensureGatewayContainer, listRunningContainers, stopGatewayContainer, stopInstanceContainers } from "../drivers/docker/gateway-container";
import { loadSettings, type Settings } from "../kernel/env";
import { Child } from "./supervisor/child";
import { prepareGatewayFolder } from "./supervisor/gateway-folder";
import { endLeftovers, writePids } from "./supervisor/leftovers";
import { planChildren } from "./supervisor/plan";
import { beginPlannedStop, endPlannedStop } from "./supervisor/planned-stops";
import { startPostgres, type RunningPostgres } from "./supervisor/postgres";

/**
 * Owns the database and every process of the product, and watches over the gateway's container. Started by `npm start` with its environment
 * complete; tells its parent by a message when everything is ready. SIGTERM or SIGINT ends everything in order.
 */
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const source = process.env;
const account =
  source["SLUICE_ACCOUNT"] === undefined ? null : { uid: Number(source["SLUICE_ACCOUNT"].split(":")[0]), gid: Number(source["SLUICE_ACCOUNT"].split(":")[1]) };
const print = (line: string): void => console.log(line);

const required = (name: string): string => {
  const value = source[name];
  if (value === undefined || value === "") throw new Error(`${name} is missing; the supervisor is started by "npm start"`);
  return value;
};

async function openDatabase(home: string): Promise<{ url: string; running: RunningPostgres | null }> {
  const external = source["DATABASE_URL"];
  if (external !== undefined && external !== "") return { url: external, running: null };
  const running = await startPostgres({
    folder: path.join(home, "postgres"),
    port: Number(required("SLUICE_POSTGRES_PORT")),
    passwordFile: path.join(home, "secrets/db-password"),
    logFile: path.join(home, "logs/postgres.log"),
    account,
  });
  return { url: running.url, running };
}

async function migrate(databaseUrl: string): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", path.join(root, "scripts/migrate.ts"), "deploy"], {
    cwd: root,
    env: { ...source, DATABASE_URL: databaseUrl },
  });
  print(`  ${stdout.trim()}`);
}

function childEnvironment(databaseUrl: string): Record<string, string> {
  const passed = Object.entries(source).filter(
    ([name]) => /^(SLUICE_|PATH$|LANG$|TZ$|NODE_EXTRA_CA_CERTS$)/.test(name) && !/^SLUICE_(MASTER_KEY|AUTH_SECRET|GATEWAY_TOKEN)$/.test(name),
  );
  return {
    ...Object.fromEntries(passed.map(([name, value]) => [name, value ?? ""])),
    NODE_ENV: "production",
    DATABASE_URL: databaseUrl,
    DOCKER_SOCKET: required("DOCKER_SOCKET"),
  };
}

async function startGateway(settings: Settings): Promise<void> {
  const apiDirectory = path.dirname(settings.sockets.gatewayApi);
  mkdirSync(apiDirectory, { recursive: true });
  chmodSync(apiDirectory, 0o750);
  if (account !== null) chownSync(apiDirectory, account.uid, account.gid);
  const directory = prepareGatewayFolder(settings, required("SLUICE_GATEWAY_TOKEN"), path.join(settings.home, "tls/gateway.pem"), account);
  const owner = account ?? { uid: process.getuid?.() ?? 1000, gid: process.getgid?.() ?? 1000 };
  const outcome = await ensureGatewayContainer({
    socketPath: settings.dockerSocket,
    installationId: settings.installationId,
    image: required("SLUICE_GATEWAY_IMAGE_REF"),
    directory,
    apiDirectory,
    user: `${String(owner.uid)}:${String(owner.gid)}`,
    privilegedPort: settings.gateway.port < 1024,
  });
  print(`  gateway container ${outcome}`);
}

/** What is noted for the next start's history must not keep this process from doing its work, on a full disk say. */
function note(work: () => void): void {
  try {
    work();
  } catch (error) {
    print(`  note of a planned stop: ${String(error)}`);
  }
}

async function stopAll(settings: Settings, children: readonly Child[], database: RunningPostgres | null, keepServing: boolean): Promise<void> {
  const [control, ...others] = children;
  await Promise.all(others.filter((child) => child.spec.name === "studio").map((child) => child.stop()));
  await control?.stop();
  if (keepServing) {
    const serving = await listRunningContainers(settings.dockerSocket, settings.installationId).catch(() => []);
    print(`  these go on serving: ${serving.join(", ") || "none"}`);
  } else if (settings.compute === "docker") {
    await stopGatewayContainer(settings.dockerSocket, settings.installationId, 5).catch((error: unknown) => print(`  gateway: ${String(error)}`));
    await stopInstanceContainers(settings.dockerSocket, settings.installationId, 5).catch((error: unknown) => print(`  instances: ${String(error)}`));
  }
  await Promise.all(others.map((child) => child.stop()));
  await database?.stop();
}

async function main(): Promise<void> {
  const home = required("SLUICE_HOME");
  const pidFile = path.join(home, "run/pids.json");
  const ended = await endLeftovers(pidFile);
  if (ended > 0) print(`  ended ${String(ended)} processes that an earlier run left behind`);
  const database = await openDatabase(home);
  try {
    await run(database, pidFile);
  } catch (error) {
    // A start that fails half-way leaves no server behind that the next one would have to reckon with.
    await database.running?.stop();
    throw error;
  }
}

async function run(database: { readonly url: string; readonly running: RunningPostgres | null }, pidFile: string): Promise<void> {
  const environment = childEnvironment(database.url);
  const settings = loadSettings({ ...source, DATABASE_URL: database.url });
  note(() => endPlannedStop(settings.home, Date.now()));
  await migrate(database.url);
  rmSync(settings.sockets.telemetryQuery, { force: true });
  const specs = planChildren({ root, settings, environment, account, masterKey: required("SLUICE_MASTER_KEY"), authSecret: required("SLUICE_AUTH_SECRET") });
  const children = specs.map((spec) => new Child(spec, print));

  let stopping = false;
  const stop = (keepServing: boolean): void => {
    if (stopping) return;
    stopping = true;
    print("  stopping");
    // Before anything ends, so that the next start knows whose doing it was; a machine that goes down ends containers beside us.
    if (!keepServing) note(() => beginPlannedStop(settings.home, Date.now()));
    void stopAll(settings, children, database.running, keepServing).then(
      () => {
        rmSync(pidFile, { force: true });
        process.exit(0);
      },
      (error: unknown) => {
        print(`  stopping failed: ${String(error)}`);
        process.exit(1);
      },
    );
  };
  const asked = (): void => stop(source["SLUICE_KEEP_SERVING"] === "1");
  process.on("SIGTERM", asked);
  process.on("SIGINT", asked);
  // Our parent was killed: nobody asked for an end of serving, so gateway and instances go on and the next start adopts them.
  process.on("disconnect", () => stop(true));

  const remember = (): void =>
    writePids(
      pidFile,
      children.flatMap((child) => (child.pid === null ? [] : [{ name: child.spec.name, pid: child.pid }])),
    );
  setInterval(remember, 2000).unref();
  if (settings.compute === "docker") await startGateway(settings);
  for (const child of children) child.start();
  remember();
  await Promise.all(children.map((child) => child.ready(90_000)));
  process.send?.({ ready: true, databaseUrl: database.url, studioUrl: settings.studio.url, gatewayUrl: settings.gateway.url });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
