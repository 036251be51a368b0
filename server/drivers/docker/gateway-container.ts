import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import Docker from "dockerode";

export interface GatewayContainerOptions {
  readonly socketPath: string;
  readonly installationId: string;
  readonly image: string;
  /** Folder of this gateway on the host: configuration, spool, certificate, token. */
  readonly directory: string;
  /** Folder with the control plane's gateway API socket. */
  readonly apiDirectory: string;
  /** What the gateway reads of its folder at its start alone: another text needs a container that starts anew. */
  readonly settings: string;
  /** `uid:gid` that owns both folders. */
  readonly user: string;
  /** Binding a port below 1024 needs a capability, which is given only then. */
  readonly privilegedPort: boolean;
}

const hashLabel = "io.sluice.gateway-hash";

export const gatewayContainerName = (installationId: string): string => `sluice-${installationId}-gateway`;

const statusOf = (error: unknown): number | undefined =>
  typeof error === "object" && error !== null && "statusCode" in error ? (error.statusCode as number) : undefined;

function containerBody(options: GatewayContainerOptions): Docker.ContainerCreateOptions {
  const body = {
    Image: options.image,
    User: options.user,
    Env: ["SLUICE_GATEWAY_DIR=/var/lib/sluice-gateway", "HOME=/tmp"],
    HostConfig: {
      // The host's network: no address translation in the path, and every deployment's bridge is reachable.
      NetworkMode: "host",
      Init: true,
      ReadonlyRootfs: true,
      Tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=64m,mode=1777" },
      CapDrop: ["ALL"],
      CapAdd: options.privilegedPort ? ["NET_BIND_SERVICE"] : [],
      SecurityOpt: options.privilegedPort ? [] : ["no-new-privileges:true"],
      PidsLimit: 256,
      Binds: [`${options.directory}:/var/lib/sluice-gateway`, `${options.apiDirectory}:/run/sluice`],
      RestartPolicy: { Name: "unless-stopped" },
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
    },
  };
  const hash = createHash("sha256").update(JSON.stringify(body)).update(options.settings).digest("hex").slice(0, 16);
  return { ...body, Labels: { "io.sluice.installation": options.installationId, "io.sluice.kind": "gateway", [hashLabel]: hash } };
}

/** What is printed by the first process of a gateway whose proxy answers. */
const servingLine = "gateway: haproxy serves";
/** A proxy that does not serve by then will not, with this image or these settings. */
const servingWithinMs = 30_000;

async function inspected(container: Docker.Container): Promise<Docker.ContainerInspectInfo | null> {
  return container.inspect().catch((error: unknown) => {
    if (statusOf(error) === 404) return null;
    throw error;
  });
}

/** Waits until the proxy in a container that was just started serves; rejects with the container's last lines. */
async function whenServing(container: Docker.Container): Promise<void> {
  const deadline = Date.now() + servingWithinMs;
  for (;;) {
    const said = (await container.logs({ stdout: true, stderr: true })).toString("utf8");
    if (said.includes(servingLine)) return;
    const now = await inspected(container);
    const ended = now?.State.Running !== true || now.RestartCount > 0;
    if (ended || Date.now() > deadline) throw new Error(`the new gateway does not serve, so the one before goes on: ${said.slice(-1500)}`);
    await delay(100);
  }
}

/** Gateways that were replaced: those that still have calls under way, and those that ended. */
async function retiredGateways(docker: Docker, installationId: string): Promise<readonly Docker.ContainerInfo[]> {
  const filters = { label: [`io.sluice.installation=${installationId}`, "io.sluice.kind=gateway"] };
  const all = await docker.listContainers({ all: true, filters });
  return all.filter(({ Names }) => Names.some((name) => name.startsWith(`/${gatewayContainerName(installationId)}-retired-`)));
}

/**
 * Has every replaced gateway end what it has under way (10 minutes at most) and take nothing more, and removes those that have ended. Telling one twice
 * changes nothing, so that a replacement that was broken off is ended by the next start.
 */
async function endRetired(docker: Docker, installationId: string, fresh: Docker.Container): Promise<void> {
  const retired = await retiredGateways(docker, installationId);
  if (retired.length === 0) return;
  const running = retired.filter(({ State }) => State === "running");
  if (running.length > 0) await whenServing(fresh);
  for (const { Id, State } of retired) {
    const container = docker.getContainer(Id);
    const remove = () => container.remove({ force: true }).catch(() => undefined);
    if (State !== "running") await remove();
    else {
      await container.kill({ signal: "SIGUSR1" });
      // Not waited for: it may take minutes. One that outlives this process is found by the next start.
      void container.wait().then(remove, () => undefined);
    }
  }
  // Its agent may begin: nobody else takes calls, or commands, from here on.
  if (running.length > 0) await fresh.kill({ signal: "SIGUSR2" });
}

/**
 * Starts a gateway beside one that serves, whose listening sockets it takes, so that no call is lost. When it does not come to serve it is removed and
 * the old one goes on as it was; rejects then.
 */
async function replaceServing(docker: Docker, present: Docker.ContainerInspectInfo, body: Docker.ContainerCreateOptions, name: string): Promise<void> {
  const old = docker.getContainer(present.Id);
  // What has handed over ends by itself, and the engine must not start it again.
  await old.update({ RestartPolicy: { Name: "no" } });
  await old.rename({ name: `${name}-retired-${present.Id.slice(0, 8)}` });
  let fresh: Docker.Container | null = null;
  try {
    fresh = await docker.createContainer({ ...body, name });
    await fresh.start();
    await whenServing(fresh);
  } catch (error) {
    await fresh?.remove({ force: true });
    await old.rename({ name });
    await old.update({ RestartPolicy: present.HostConfig.RestartPolicy });
    throw error;
  }
}

type GatewayOutcome = "adopted" | "started" | "created" | "replaced";

/**
 * Makes sure that the gateway's container runs with exactly these options: an equal one is adopted, a different one is replaced, without a lost call where
 * it serves. Answers what was done; rejects with the engine's own message.
 */
export async function ensureGatewayContainer(options: GatewayContainerOptions): Promise<GatewayOutcome> {
  const docker = new Docker({ socketPath: options.socketPath });
  const name = gatewayContainerName(options.installationId);
  const container = docker.getContainer(name);
  const body = containerBody(options);
  const bring = async (): Promise<GatewayOutcome> => {
    const present = await inspected(container);
    const isEqual = present?.Config.Labels[hashLabel] === body.Labels?.[hashLabel];
    if (present?.State.Running === true) {
      if (isEqual) return "adopted";
      await replaceServing(docker, present, body, name);
      return "replaced";
    }
    if (present !== null && !isEqual) await container.remove({ force: true });
    if (present === null || !isEqual) await docker.createContainer({ ...body, name });
    await container.start();
    return isEqual ? "started" : "created";
  };
  const outcome = await bring();
  await endRetired(docker, options.installationId, container);
  return outcome;
}

/** Stops the gateway's container within `graceSeconds`, and those that handed over and still have calls; not running or gone is success. */
export async function stopGatewayContainer(socketPath: string, installationId: string, graceSeconds: number): Promise<void> {
  const docker = new Docker({ socketPath });
  const running = await docker.listContainers({ filters: { label: [`io.sluice.installation=${installationId}`, "io.sluice.kind=gateway"] } });
  await Promise.all(
    running.map(({ Id }) =>
      docker
        .getContainer(Id)
        .stop({ t: graceSeconds })
        .catch((error: unknown) => {
          const status = statusOf(error);
          if (status !== 304 && status !== 404) throw error;
        }),
    ),
  );
}

/** Stops every instance container of the installation, side by side; names of those stopped. */
export async function stopInstanceContainers(socketPath: string, installationId: string, graceSeconds: number): Promise<readonly string[]> {
  const docker = new Docker({ socketPath });
  const owned = await docker.listContainers({ filters: { label: [`io.sluice.installation=${installationId}`], status: ["running", "paused"] } });
  const instances = owned.filter((container) => container.Labels["io.sluice.kind"] !== "gateway");
  await Promise.all(
    instances.map((container) =>
      docker
        .getContainer(container.Id)
        .stop({ t: graceSeconds })
        .catch(() => undefined),
    ),
  );
  return instances.map((container) => (container.Names[0] ?? container.Id).replace(/^\//, ""));
}

/** Names of the installation's running containers, for the list of what goes on serving. */
export async function listRunningContainers(socketPath: string, installationId: string): Promise<readonly string[]> {
  const docker = new Docker({ socketPath });
  const owned = await docker.listContainers({ filters: { label: [`io.sluice.installation=${installationId}`] } });
  return owned.map((container) => (container.Names[0] ?? container.Id).replace(/^\//, ""));
}
