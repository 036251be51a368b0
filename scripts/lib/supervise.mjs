// The supervisor as a child of `npm start`: its environment, its start, its end.
import { spawn } from "node:child_process";
import path from "node:path";
import { masterKeyFile } from "./check-settings.mjs";
import { ensureSecret } from "./home.mjs";
import { imageSettings } from "./image-plans/settings.mjs";

/** Builds of environments ask the same indexes as those of the platform's images. */
function pipEnvironment(env) {
  const { indexUrl, extraIndexUrl, trustedHost } = imageSettings(env).pip;
  // Logins included: the control plane keeps them out of images by itself.
  return {
    SLUICE_PIP_INDEX_URL: env.SLUICE_PIP_INDEX_URL || indexUrl,
    SLUICE_PIP_EXTRA_INDEX_URL: env.SLUICE_PIP_EXTRA_INDEX_URL || extraIndexUrl,
    SLUICE_PIP_TRUSTED_HOST: trustedHost,
  };
}

/** Both spellings are in use on machines; the product reads one. */
const proxyEnvironment = (env) =>
  Object.fromEntries(
    ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => (env[name.toLowerCase()] && !env[name] ? [[name, env[name.toLowerCase()]]] : [])),
  );

/** What the supervisor and every process below it read. */
export function productEnvironment(place, account, machine, certificate, env = process.env) {
  // The gateway's token never enters an environment: who needs it reads the file.
  ensureSecret(place.home, "gateway.token");
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
    SLUICE_GATEWAY_DOMAIN: place.gatewayDomain,
    SLUICE_SUPERNET: place.supernet,
    DOCKER_SOCKET: machine.engine.socketPath,
    SLUICE_GATEWAY_ID: `gw_${place.id}`,
    SLUICE_GATEWAY_IMAGE_REF: machine.images.gateway,
    SLUICE_INFERENCE_IMAGE: machine.images.inference,
    SLUICE_PYTHON_IMAGE_REF: machine.images.pythonBase,
    SLUICE_INITIALIZER_IMAGE: machine.images.initializer,
    SLUICE_MASTER_KEY: env.SLUICE_MASTER_KEY || masterKeyFile(env) || ensureSecret(place.home, "master.key"),
    SLUICE_AUTH_SECRET: env.SLUICE_AUTH_SECRET || ensureSecret(place.home, "auth-secret"),
    SLUICE_CA_FILE: certificate.trustFile,
    ...(account ? { SLUICE_ACCOUNT: `${account.uid}:${account.gid}` } : {}),
    ...pipEnvironment(env),
    ...proxyEnvironment(env),
    ...(env.SLUICE_EXTRA_CA_FILE || !env.NODE_EXTRA_CA_CERTS ? {} : { SLUICE_EXTRA_CA_FILE: env.NODE_EXTRA_CA_CERTS }),
  };
}

/** Starts the supervisor. `ready` resolves with its message when everything is ready and rejects when it ends before; `ended` is its exit code. */
export function startSupervisor(root, env) {
  const child = spawn(process.execPath, ["--enable-source-maps", path.join(root, "dist/supervisor.mjs")], {
    cwd: root,
    env,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
  const ready = new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", () => reject(new Error("The processes did not come up; the lines above say why.")));
  });
  return { ready, ended, stop: () => child.kill("SIGTERM") };
}
