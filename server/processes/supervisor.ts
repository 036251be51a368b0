import { execFile } from "node:child_process";
import { mkdirSync, rmSync, chmodSync, chownSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ensureGatewayContainer, listRunningContainers, stopGatewayContainer, stopInstanceContainers } from "../drivers/docker/gateway-container";
import { loadSettings, type Settings } from "../kernel/env";
import { readGatewayToken } from "./control-plane/settings";
import { Child } from "./supervisor/child";
import { placeCertificate, prepareGatewayFolder } from "./supervisor/gateway-folder";
import { writePids } from "./supervisor/pids";
import { planChildren } from "./supervisor/plan";
import { beginPlannedStop, endPlannedStop } from "./supervisor/planned-stops";
import { requireDatabase, startPostgres, type RunningPostgres } from "./supervisor/postgres";

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
  if (external !== undefined && external !== "") {
    await requireDatabase(external);
    return { url: external, running: null };
  }
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
  const command = ["--import", "tsx", path.join(root, "scripts/migrate.ts"), "deploy"];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root, env: { ...source, DATABASE_URL: databaseUrl } });
    print(`  ${stdout.trim()}`);
  } catch (error) {
    // The command line of the failed process says nothing to a person, its own message does.
    const { stderr } = error as { readonly stderr?: string };
    throw new Error(stderr === undefined || stderr.trim() === "" ? "the database could not be migrated" : stderr.trim(), { cause: error });
  }
}

function childEnvironment(databaseUrl: string): Record<string, string> {
  const passed = Object.entries(source).filter(
    ([name]) =>
      /^(SLUICE_|PATH$|LANG$|TZ$|NODE_EXTRA_CA_CERTS$|(HTTPS?|NO)_PROXY$)/.test(name) &&
      !/^SLUICE_(MASTER_KEY|AUTH_SECRET|ADMIN_PASSWORD|OIDC_\w+)$/.test(name),
  );
  return {
    ...Object.fromEntries(passed.map(([name, value]) => [name, value ?? ""])),
    NODE_ENV: "production",
    DATABASE_URL: databaseUrl,
    DOCKER_SOCKET: required("DOCKER_SOCKET"),
  };
}

/** How often a renewed certificate is looked for. */
const certificateLookMs = 5000;

/** Answers whether the gateway serves since before this start. */
async function startGateway(settings: Settings): Promise<boolean> {
  const apiDirectory = path.dirname(settings.sockets.gatewayApi);
  mkdirSync(apiDirectory, { recursive: true });
  chmodSync(apiDirectory, 0o750);
  if (account !== null) chownSync(apiDirectory, account.uid, account.gid);
  const certificate = path.join(settings.home, "tls/gateway.pem");
  const folder = prepareGatewayFolder(settings, readGatewayToken(settings.home), certificate, account);
  setInterval(() => {
    attempt("certificate of the gateway", () => placeCertificate(folder.directory, certificate, account));
  }, certificateLookMs).unref();
  const owner = account ?? { uid: process.getuid?.() ?? 1000, gid: process.getgid?.() ?? 1000 };
  const outcome = await ensureGatewayContainer({
    socketPath: settings.dockerSocket,
    installationId: settings.installationId,
    image: required("SLUICE_GATEWAY_IMAGE_REF"),
    ...folder,
    apiDirectory,
    user: `${String(owner.uid)}:${String(owner.gid)}`,
    privilegedPort: settings.gateway.port < 1024,
  });
  print(`  gateway container ${outcome}`);
  return outcome === "adopted" || outcome === "replaced";
}

/** What may fail without keeping this process from its work, on a full disk say. */
function attempt(what: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    print(`  ${what}: ${String(error)}`);
  }
}

/** For the next start's history. */
const note = (work: () => void): void => attempt("note of a planned stop", work);

async function stopParts(settings: Settings, children: readonly Child[], keepServing: boolean): Promise<void> {
  // Before anything ends, so that the next start knows whose doing it was; a machine that goes down ends containers beside us.
  if (!keepServing) note(() => beginPlannedStop(settings.home, Date.now()));
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
}

interface EndRequest {
  readonly keepServing: boolean;
}

/** Listens for the wish to end from the first moment on: `made` holds it, `whenMade` resolves with it. */
function listenForEnd(): { readonly made: () => EndRequest | null; readonly whenMade: Promise<void> } {
  let made: EndRequest | null = null;
  let tell = (): void => undefined;
  const whenMade = new Promise<void>((resolve) => (tell = resolve));
  const ask = (keepServing: boolean): void => {
    made ??= { keepServing };
    tell();
  };
  const asked = (): void => ask(source["SLUICE_KEEP_SERVING"] === "1");
  process.on("SIGTERM", asked);
  process.on("SIGINT", asked);
  // Our parent was killed: nobody asked for an end of serving, so gateway and instances go on and the next start adopts them.
  process.on("disconnect", () => ask(true));
  if (!process.connected) ask(true);
  return { made: () => made, whenMade };
}

interface BringUpOptions {
  readonly settings: Settings;
  readonly children: readonly Child[];
  readonly databaseUrl: string;
  /** Asked between the steps. */
  readonly isWanted: () => boolean;
  readonly onGateway: (servedBefore: boolean) => void;
  readonly onStarted: () => void;
}

/** Starts gateway and processes one after the other until all are ready, or not wanted any more. */
async function bringUp({ settings, children, databaseUrl, isWanted, onGateway, onStarted }: BringUpOptions): Promise<void> {
  await migrate(databaseUrl);
  if (!isWanted()) return;
  rmSync(settings.sockets.telemetryQuery, { force: true });
  if (settings.compute === "docker") onGateway(await startGateway(settings));
  if (!isWanted()) return;
  for (const child of children) child.start();
  onStarted();
  await Promise.all(children.map((child) => child.ready(90_000, isWanted)));
}

async function main(): Promise<void> {
  const end = listenForEnd();
  const home = required("SLUICE_HOME");
  const pidFile = path.join(home, "run/pids.json");
  let children: readonly Child[] = [];
  const remember = (): void => {
    const running = children.flatMap((child) => (child.pid === null ? [] : [{ name: child.spec.name, pid: child.pid }]));
    writePids(pidFile, [{ name: "supervisor", pid: process.pid }, ...running]);
  };
  // Before anything is started: a start after a kill waits for this process first.
  remember();
  const database = await openDatabase(home);
  setInterval(remember, 2000).unref();
  try {
    const settings = loadSettings({ ...source, DATABASE_URL: database.url });
    children = planChildren({ root, settings, environment: childEnvironment(database.url), source, account }).map((spec) => new Child(spec, print));
    note(() => endPlannedStop(settings.home, Date.now()));
    const isWanted = (): boolean => end.made() === null;
    // What served before a start that fails goes on: only what this start brought up goes down with it.
    let servedBefore = true;
    try {
      const onGateway = (before: boolean): void => void (servedBefore = before);
      await bringUp({ settings, children, databaseUrl: database.url, isWanted, onGateway, onStarted: remember });
      if (isWanted()) process.send?.({ ready: true, databaseUrl: database.url, studioUrl: settings.studio.url, gatewayUrl: settings.gateway.url });
      await end.whenMade;
      print("  stopping");
    } finally {
      await stopParts(settings, children, end.made()?.keepServing ?? servedBefore);
    }
  } finally {
    // A start that fails half-way leaves nothing behind that the next one would have to reckon with.
    await database.running?.stop();
    rmSync(pidFile, { force: true });
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
