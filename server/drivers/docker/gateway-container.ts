import { createHash } from "node:crypto";
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

/**
 * Makes sure that the gateway's container runs with exactly these options: an equal one is adopted, a different one is replaced.
 * Answers what was done; rejects with the engine's own message.
 */
export async function ensureGatewayContainer(options: GatewayContainerOptions): Promise<"adopted" | "started" | "created"> {
  const docker = new Docker({ socketPath: options.socketPath });
  const container = docker.getContainer(gatewayContainerName(options.installationId));
  const body = containerBody(options);
  const present = await container.inspect().catch((error: unknown) => {
    if (statusOf(error) === 404) return null;
    throw error;
  });
  if (present !== null && present.Config.Labels[hashLabel] === body.Labels?.[hashLabel]) {
    if (present.State.Running) return "adopted";
    await container.start();
    return "started";
  }
  if (present !== null) await container.remove({ force: true });
  await docker.createContainer({ ...body, name: gatewayContainerName(options.installationId) });
  await container.start();
  return "created";
}

/** Stops the gateway's container within `graceSeconds`; not running or gone is success. */
export async function stopGatewayContainer(socketPath: string, installationId: string, graceSeconds: number): Promise<void> {
  await new Docker({ socketPath })
    .getContainer(gatewayContainerName(installationId))
    .stop({ t: graceSeconds })
    .catch((error: unknown) => {
      const status = statusOf(error);
      if (status !== 304 && status !== 404) throw error;
    });
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
