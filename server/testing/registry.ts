import { randomBytes } from "node:crypto";
import type { HarnessRegistry } from "#server/drivers/contract/harness";
import { Secret } from "#server/domain/secret/secret";
import { systemClock } from "#server/kernel/clock";
import { buildText, followed, keepImage } from "./build-image";
import type { TestEngine } from "./engine";

const username = "puller";
const config = `version: 0.1
storage:
  filesystem: { rootdirectory: /data }
  delete: { enabled: true }
http: { addr: ":5000" }
auth:
  htpasswd: { realm: test, path: /etc/registry-users }
log: { level: error }
`;

/** A registry with accounts on this machine, in a container; engines speak plain HTTP to loopback addresses. */
export interface TestRegistry extends HarnessRegistry {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** Makes the tag stand for an image of the engine; answers with its digest. */
  publish(tag: string, image: string): Promise<string>;
  /** Ends it and removes what was pulled from it; containers of these images must be gone. */
  close(): Promise<void>;
}

/** Debian's registry on the platform's base; made once per content and kept. */
function registryImage({ docker, images }: TestEngine): Promise<string> {
  const dockerfile = `FROM ${images.python}
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker-registry apache2-utils && rm -rf /var/lib/apt/lists/*
COPY config.yml /etc/registry.yml
CMD ["sh", "-c", "htpasswd -Bbn ${username} \\"$REGISTRY_PASSWORD\\" > /etc/registry-users && exec docker-registry serve /etc/registry.yml"]
`;
  return keepImage(docker, "registry", { Dockerfile: dockerfile, "config.yml": config });
}

/** Starts it; everything that it makes carries the installation's label, so that reaping the installation removes it. */
export async function startRegistry(engine: TestEngine, installation: string): Promise<TestRegistry> {
  const { docker } = engine;
  const labels = { "io.sluice.installation": installation, "io.sluice.kind": "test" };
  const password = randomBytes(12).toString("hex");
  const container = await docker.createContainer({
    Image: await registryImage(engine),
    Env: [`REGISTRY_PASSWORD=${password}`],
    Labels: labels,
    HostConfig: { Init: true, PortBindings: { "5000/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] }, Tmpfs: { "/data": "rw" } },
    ExposedPorts: { "5000/tcp": {} },
  });
  await container.start();
  const { NetworkSettings } = await container.inspect();
  const address = `127.0.0.1:${NetworkSettings.Ports["5000/tcp"]?.[0]?.HostPort ?? ""}`;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const ask = (method: string, path: string) =>
    fetch(`http://${address}/v2/${path}`, {
      method,
      headers: { authorization, accept: "application/vnd.docker.distribution.manifest.v2+json" },
      // The engine's port proxy takes connections before the container does; one that is lost in between would wait for minutes.
      signal: AbortSignal.timeout(5_000),
    });
  const end = Date.now() + 30_000;
  while (
    !(await ask("GET", "").then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (Date.now() > end) throw new Error("the registry did not start");
    await systemClock.sleep(100);
  }
  const digestOf = async (tag: string): Promise<string> => (await ask("HEAD", `team/app/manifests/${tag}`)).headers.get("docker-content-digest") ?? "";
  const reference = (tag: string): string => `${address}/team/app:${tag}`;

  const publish = async (tag: string, image: string): Promise<string> => {
    await docker.getImage(image).tag({ repo: `${address}/team/app`, tag });
    await followed(docker, await docker.getImage(reference(tag)).push({ authconfig: { username, password, serveraddress: address } }));
    // Whoever wants it has to pull it.
    await docker.getImage(reference(tag)).remove();
    return digestOf(tag);
  };
  return {
    address,
    auth: { registry: address, username, password: new Secret(password) },
    wrongAuth: { registry: address, username, password: new Secret("wrong") },
    reference,
    publish,
    async push(tag) {
      const name = `sluice-test/pushed:${randomBytes(6).toString("hex")}`;
      await buildText(docker, name, { Dockerfile: "FROM scratch\nCOPY marker /marker\n", marker: name }, { labels });
      const digest = await publish(tag, name);
      await docker.getImage(name).remove();
      return digest;
    },
    async forget(tag) {
      await ask("DELETE", `team/app/manifests/${await digestOf(tag)}`);
    },
    async close() {
      await container.remove({ force: true }).catch(() => undefined);
      // What was pulled by digest has no label of ours.
      for (const { RepoDigests } of await docker.listImages({ filters: JSON.stringify({ reference: [`${address}/team/app`] }) }))
        for (const name of RepoDigests ?? []) if (name.startsWith(`${address}/`)) await docker.getImage(name).remove();
    },
  };
}
