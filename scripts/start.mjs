// `npm start`: from an empty machine to a running product. Every step is skipped when its result is there already, so a broken run resumes.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { buildStudio } from "./lib/build.mjs";
import { installation, root, runningSupervisor } from "./lib/context.mjs";
import { imageSettings } from "./lib/image-plans/settings.mjs";
import { stopEngine } from "./lib/engine.mjs";
import { ensureAccount, ensureHome, ensureSecret } from "./lib/home.mjs";
import { prepareMachine } from "./lib/machine.mjs";
import { requirePorts } from "./lib/ports.mjs";
import { createSteps } from "./lib/steps.mjs";

const say = (line = "") => console.log(line);

/** Builds of environments ask the same indexes as those of the platform's images. */
function pipEnvironment(env) {
  const { indexUrl, extraIndexUrl, trustedHost } = imageSettings(env).pip;
  return { SLUICE_PIP_INDEX_URL: indexUrl, SLUICE_PIP_EXTRA_INDEX_URL: extraIndexUrl, SLUICE_PIP_TRUSTED_HOST: trustedHost };
}

function productEnvironment(place, account, machine, certificate) {
  const env = process.env;
  return {
    ...env,
    SLUICE_HOME: place.home,
    SLUICE_ID: place.id,
    SLUICE_POSTGRES_PORT: String(place.postgresPort),
    SLUICE_CONTROL_PORT: String(place.controlPort),
    SLUICE_INGESTER_PORT: String(place.ingesterPort),
    SLUICE_STUDIO_PORT: String(place.studioPort),
    SLUICE_STUDIO_HOST: place.studioHost,
    SLUICE_GATEWAY_PORT: String(place.gatewayPort),
    SLUICE_GATEWAY_HOST: place.gatewayHost,
    SLUICE_SUPERNET: place.supernet,
    DOCKER_SOCKET: machine.engine.socketPath,
    SLUICE_GATEWAY_ID: `gw_${place.id}`,
    SLUICE_GATEWAY_IMAGE_REF: machine.images.gateway,
    SLUICE_INFERENCE_IMAGE: machine.images.inference,
    SLUICE_PYTHON_IMAGE_REF: machine.images.pythonBase,
    SLUICE_INITIALIZER_IMAGE: machine.images.initializer,
    SLUICE_MASTER_KEY:
      env.SLUICE_MASTER_KEY ||
      (env.SLUICE_MASTER_KEY_FILE ? fs.readFileSync(env.SLUICE_MASTER_KEY_FILE, "utf8").trim() : ensureSecret(place.home, "master.key")),
    SLUICE_AUTH_SECRET: env.SLUICE_AUTH_SECRET || ensureSecret(place.home, "auth-secret"),
    SLUICE_GATEWAY_TOKEN: ensureSecret(place.home, "gateway.token"),
    ...(certificate.caFile ? { SLUICE_CA_FILE: certificate.caFile } : {}),
    ...(account ? { SLUICE_ACCOUNT: `${account.uid}:${account.gid}` } : {}),
    ...pipEnvironment(env),
    ...(env.SLUICE_EXTRA_CA_FILE || !env.NODE_EXTRA_CA_CERTS ? {} : { SLUICE_EXTRA_CA_FILE: env.NODE_EXTRA_CA_CERTS }),
  };
}

/** Starts the supervisor and resolves with its message when everything is ready; rejects when it ends before. */
function startSupervisor(env) {
  const child = spawn(process.execPath, ["--enable-source-maps", path.join(root, "dist/supervisor.mjs")], {
    cwd: root,
    env,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ready = new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`the supervisor ended with ${code} before everything was ready`)));
  });
  return { child, ready };
}

async function applyNetworkRules(place) {
  const { applyFirewall } = await import("./lib/firewall.mjs");
  return applyFirewall({ id: place.id, supernet: place.supernet, buildSubnet: place.buildSubnet, allowPorts: [place.gatewayPort], log: say });
}

async function endEngine(place, machine) {
  if (process.env.SLUICE_KEEP_SERVING === "1") return;
  const others = await machine.docker.listContainers().catch(() => []);
  if (others.length > 0) say(`  the Docker engine stays up: ${others.length} other containers run on it`);
  else if (await stopEngine({ home: place.home, log: () => {} })) say("  Docker engine stopped");
}

async function main() {
  const place = installation();
  const running = runningSupervisor(place.stateFile);
  if (running) throw new Error(`Sluice runs already (process ${running.pid}, studio ${running.studioUrl}). End it with: npm stop`);
  await requirePorts([{ port: place.studioPort, host: place.studioHost, variable: "SLUICE_STUDIO_PORT", what: "The studio" }]);

  say(`Sluice · data in ${place.home}`);
  const account = ensureAccount();
  ensureHome(place.home, account);
  const steps = createSteps(say);
  const machine = await prepareMachine({ root, home: place.home, logs: place.logs, env: process.env, steps, log: (line) => say(`     ${line}`) });
  const [certificate] = await Promise.all([
    import("./lib/tls.mjs").then(({ ensureCertificate }) => ensureCertificate(place.home, place.gatewayHost, process.env)),
    process.env.SLUICE_DEV === "1"
      ? undefined
      : steps.step("studio build", async () => ({ note: (await buildStudio(root, place.logs)) ? "built" : "up to date" })),
    steps.step("network rules", () => applyNetworkRules(place)),
  ]);

  const env = productEnvironment(place, account, machine, certificate);
  const supervisor = startSupervisor(env);
  let stopping = false;
  const ended = new Promise((resolve) => supervisor.child.once("exit", resolve));
  const forward = () => {
    if (!stopping) supervisor.child.kill("SIGTERM");
    stopping = true;
  };
  process.on("SIGTERM", forward);
  process.on("SIGINT", forward);

  try {
    const ready = await steps.step("processes", () => supervisor.ready);
    fs.writeFileSync(place.stateFile, JSON.stringify({ pid: process.pid, studioUrl: ready.studioUrl, gatewayUrl: ready.gatewayUrl, startedAt: Date.now() }));
    const { welcome } = await import("./lib/welcome.mjs");
    await welcome({ root, place, env: { ...env, DATABASE_URL: ready.databaseUrl }, machine, certificate, steps, ready, say });
    say(`Ready in ${(steps.done() / 1000).toFixed(1)} s. Ctrl-C stops everything.`);
  } catch (error) {
    if (!stopping) {
      say(`\n${error instanceof Error ? error.message : error}`);
      process.exitCode = 1;
      forward();
    }
  }
  await ended;
  await endEngine(place, machine);
  // Last, because `npm stop` takes this file's absence as the end: a start after it must not meet our engine on its way out.
  fs.rmSync(place.stateFile, { force: true });
  say("Stopped.");
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(`\nSluice could not start.\n${error instanceof Error ? error.message : error}`);
    process.exit(1);
  },
);
