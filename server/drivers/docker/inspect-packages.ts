import type { ContainerCreateOptions } from "dockerode";
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";
import {
  readApkInstalled,
  readDpkgStatus,
  readListedPackage,
  readSystem,
  sortedPackages,
  type ImageContents,
  type ImagePackage,
} from "#server/domain/environment/packages";
import { DriverError } from "../compute-driver";
import type { EngineClient } from "./client";
import { isKilled } from "./exit-codes";
import type { Ownership } from "./labels";
import { logLines } from "./logs";

const mib = 1024 * 1024;
/** The records of a full Debian are some megabytes; anything larger is not a record. */
const maxRecordBytes = 64 * mib;
const listTimeoutMs = 60_000;
/** Where interpreters of images are; each lists its own packages. */
const interpreters = "/opt/aml/env/bin/python /usr/local/bin/python /usr/bin/python3 /opt/conda/bin/python /opt/uv/bin/python";
const scriptVariable = "SLUICE_LIST_PACKAGES";

/** A container of an unknown image: no network, no privileges, nothing writable. */
const inspectorBody = (name: string, image: string, script: string, own: Ownership): ContainerCreateOptions => ({
  name,
  Image: image,
  Entrypoint: ["/bin/sh", "-c"],
  Cmd: [`for python in ${interpreters}; do if [ -x "$python" ]; then "$python" -I -c "$${scriptVariable}"; fi; done`],
  Env: [`${scriptVariable}=${script}`, "HOME=/tmp"],
  User: "65534:65534",
  WorkingDir: "/",
  Labels: { ...own.inspectorLabels() },
  Healthcheck: { Test: ["NONE"] },
  HostConfig: {
    Init: true,
    NetworkMode: "none",
    ReadonlyRootfs: true,
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges:true"],
    PidsLimit: 64,
    Memory: 512 * mib,
    MemorySwap: 512 * mib,
    RestartPolicy: { Name: "no" },
    LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "1" } },
  },
});

/** Files below a path of a container that was never started, as texts; none when there is no such path. */
async function readTexts(client: EngineClient, container: string, path: string): Promise<readonly string[]> {
  const tar = await client.getArchive(container, path);
  if (tar === null) return [];
  const parser = extract();
  const reading = pipeline(Readable.from(tar), parser);
  const texts: string[] = [];
  for await (const entry of parser) {
    if (entry.header.type !== "file" || entry.header.size > maxRecordBytes) {
      entry.resume();
      continue;
    }
    const pieces: Buffer[] = [];
    for await (const piece of entry) pieces.push(piece as Buffer);
    texts.push(Buffer.concat(pieces).toString("utf8"));
  }
  await reading;
  return texts;
}

async function listByPython(client: EngineClient, container: string, signal?: AbortSignal): Promise<readonly ImagePackage[]> {
  try {
    await client.startContainer(container);
  } catch (error) {
    // An image without a shell has no interpreter either.
    if (error instanceof DriverError && error.kind === "invalid_config") return [];
    throw error;
  }
  const timeout = AbortSignal.timeout(listTimeoutMs);
  const over = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const found: ImagePackage[] = [];
  try {
    for await (const { stream, text } of logLines(await client.containerLogs(container, { follow: true, signal: over }))) {
      const listed = stream === "stdout" ? readListedPackage(text) : null;
      if (listed !== null) found.push(listed);
    }
    // An aborted stream can end without an error.
    over.throwIfAborted();
    if (isKilled(await client.waitContainer(container, over))) throw new DriverError("internal", "list packages: its interpreters were killed");
  } catch (error) {
    if (!timeout.aborted || signal?.aborted === true) throw error;
    throw new DriverError("timeout", "list packages: its interpreters did not end within a minute");
  }
  return found;
}

/**
 * What is installed in an image: the records of its package manager, read without running anything, and what its interpreters list, run
 * without network and privileges. An image that has neither has no packages.
 */
export async function inspectPackages(client: EngineClient, own: Ownership, image: string, script: string, signal?: AbortSignal): Promise<ImageContents> {
  const info = await client.inspectImage(image);
  if (info === null) throw new DriverError("image_missing", `list packages: No such image: ${image}`);
  const name = own.inspectorName(randomUUID());
  await client.createContainer(inspectorBody(name, image, script, own));
  try {
    const read = async (path: string): Promise<string> => (await readTexts(client, name, path)).join("\n\n");
    const release = (await read("/usr/lib/os-release")) || (await read("/etc/os-release"));
    // Images without a package manager of their own keep one record per package.
    const debian = `${await read("/var/lib/dpkg/status")}\n\n${await read("/var/lib/dpkg/status.d")}`;
    const alpine = await read("/lib/apk/db/installed");
    const python = await listByPython(client, name, signal);
    return { system: readSystem(release), packages: sortedPackages([...readDpkgStatus(debian), ...readApkInstalled(alpine), ...python]) };
  } finally {
    await client.removeContainer(name);
  }
}
