import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { pack } from "tar-stream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createArtifactStore } from "#server/artifacts/store";
import { connectS3 } from "#server/artifacts/s3/bucket";
import { newId } from "#server/kernel/ids";
import type { ImportSource } from "#server/domain/import/types";
import type { ModelImportRow } from "#server/store/imports";
import { ControlWorld, SimulatedCrash, testVault } from "#server/testing/control-world";
import { mountSmallDisk } from "#server/testing/small-disk";
import { startTestS3, type TestS3 } from "#server/testing/s3";

let folder: string;
let world: ControlWorld;
let served: RequestListener;
let server: Server;
let origin: string;

async function openWorld(allowedHosts: readonly string[] = ["127.0.0.1"], maxBytes = 64 * 1024 * 1024): Promise<void> {
  world = await ControlWorld.open({
    artifactsFolder: path.join(folder, "artifacts"),
    settings: { imports: { paths: [path.join(folder, "allowed")], allowedHosts, maxBytes } },
  });
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sluice-import-"));
  await mkdir(path.join(folder, "allowed/churn/data"), { recursive: true });
  server = createServer((request, response) => served(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  await openWorld();
});
afterEach(async () => {
  await world.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const sha256 = (content: Buffer): string => createHash("sha256").update(content).digest("hex");
const serve = (content: Buffer): void => {
  served = (_request, response) => response.writeHead(200, { "content-length": content.length }).end(content);
};

async function start(source: ImportSource, over: Partial<ModelImportRow> = {}): Promise<string> {
  const id = newId("modelImport");
  const row = {
    id,
    workspaceId: world.workspaceId,
    name: "fetched",
    type: null,
    description: "",
    tags: { team: "pricing" },
    properties: {},
    unpack: false,
    sha256: null,
    createdBy: "usr_builder",
  };
  await world.store.imports.insert({ ...row, ...over, source, createdAt: world.clock.now() });
  await world.store.changes.append("model_import", id);
  await world.runtime.readFeed();
  return id;
}

async function ended(id: string): Promise<ModelImportRow> {
  await world.until("the import's end", async () => !["Queued", "Running"].includes((await world.store.imports.findById(id))?.state ?? ""), 20 * 60_000);
  const row = await world.store.imports.findById(id);
  if (row === null) throw new Error("the import vanished");
  return row;
}

const fetched = () => world.store.models.findNewest(world.workspaceId, "fetched");
const http = (address: string): ImportSource => ({ kind: "http", url: `${origin}${address}` });

describe("an import by address", () => {
  it("becomes a version with the file's own name, after redirects and with its sum checked", async () => {
    const content = randomBytes(3_000_000);
    served = (request, response) => {
      if (request.url === "/old") response.writeHead(302, { location: "/models/churn.pkl" }).end();
      else response.writeHead(200, { "content-length": content.length }).end(content);
    };
    expect(await ended(await start(http("/old"), { sha256: sha256(content) }))).toMatchObject({ state: "Succeeded", version: 1, doneBytes: content.length });
    expect(await fetched()).toMatchObject({
      version: 1,
      isFile: true,
      tags: { team: "pricing" },
      rootName: "old",
      files: [{ sha256: sha256(content), sizeBytes: content.length }],
    });
  });

  it("is unpacked with the same care as an upload", async () => {
    const archive = pack();
    archive.entry({ name: "churn/MLmodel" }, "flavors: {}\n");
    archive.entry({ name: "churn/model.pkl" }, "weights");
    archive.finalize();
    const pieces: Buffer[] = [];
    for await (const piece of archive as AsyncIterable<Buffer>) pieces.push(piece);
    serve(Buffer.concat(pieces));
    expect(await ended(await start(http("/churn.tar"), { unpack: true }))).toMatchObject({ state: "Succeeded" });
    expect(await fetched()).toMatchObject({ type: "mlflow_model", rootName: "churn", isFile: false, files: [{ path: "MLmodel" }, { path: "model.pkl" }] });
    const evil = pack();
    evil.entry({ name: "../../etc/passwd" }, "x");
    evil.finalize();
    const bad: Buffer[] = [];
    for await (const piece of evil as AsyncIterable<Buffer>) bad.push(piece);
    serve(Buffer.concat(bad));
    expect(await ended(await start(http("/evil.tar"), { unpack: true }))).toMatchObject({ state: "Failed", reason: "ContentRefused" });
  });

  it("fails for good with a wrong sum, a missing file, a closed door and too much", async () => {
    serve(Buffer.from("other"));
    expect(await ended(await start(http("/a"), { sha256: "0".repeat(64) }))).toMatchObject({ state: "Failed", reason: "ChecksumWrong" });
    served = (_request, response) => response.writeHead(404).end();
    expect(await ended(await start(http("/a")))).toMatchObject({ state: "Failed", reason: "NotFound" });
    served = (_request, response) => response.writeHead(403).end();
    expect(await ended(await start(http("/a")))).toMatchObject({ state: "Failed", reason: "AccessDenied" });
    await world.close();
    await openWorld(["127.0.0.1"], 1000);
    served = (_request, response) => response.writeHead(200).end(randomBytes(5000));
    expect(await ended(await start(http("/a")))).toMatchObject({ state: "Failed", reason: "TooLarge" });
    expect(await fetched()).toBeNull();
  });

  it.runIf(process.getuid?.() === 0)("fails on a full disk, and says so", async () => {
    await mkdir(path.join(folder, "artifacts"));
    const disk = await mountSmallDisk(path.join(folder, "artifacts"), 4);
    try {
      serve(randomBytes(8 * 1024 * 1024));
      expect(await ended(await start(http("/a")))).toMatchObject({ state: "Failed", reason: "DiskFull" });
      expect(await readdir(path.join(folder, "artifacts/tmp"))).toEqual([]);
    } finally {
      await disk.remove();
    }
  });

  it("is tried again while its source is away, and fails when that lasts", async () => {
    let calls = 0;
    served = (_request, response) => {
      calls += 1;
      if (calls < 3) response.writeHead(503).end();
      else response.writeHead(200).end("weights");
    };
    expect(await ended(await start(http("/a")))).toMatchObject({ state: "Succeeded" });
    served = (_request, response) => response.destroy();
    expect(await ended(await start(http("/a")))).toMatchObject({ state: "Failed", reason: "SourceUnreachable" });
  });

  it("reaches neither this host nor its containers nor the cloud's own services, by address, by name or by redirect", async () => {
    await world.close();
    await openWorld([]);
    serve(Buffer.from("secret"));
    const { port } = new URL(origin);
    const hosts = [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `[::1]:${port}`,
      `[::ffff:127.0.0.1]:${port}`,
      `2130706433:${port}`,
      "169.254.169.254",
      "10.213.0.9",
      `0.0.0.0:${port}`,
    ];
    for (const host of hosts) {
      const row = await ended(await start({ kind: "http", url: `http://${host}/` }));
      expect([host, row.state, row.reason]).toEqual([host, "Failed", "AddressRefused"]);
    }
    await world.close();
    await openWorld(["127.0.0.1"]);
    served = (_request, response) => response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data/" }).end();
    expect(await ended(await start(http("/a")))).toMatchObject({ state: "Failed", reason: "AddressRefused" });
  });

  it("ends when somebody cancels it, also in the middle of a file", async () => {
    served = (_request, response) => {
      response.writeHead(200, { "content-length": 10_000_000 }).write(randomBytes(100_000));
      const timer = setInterval(() => response.write(randomBytes(1000)), 50);
      response.once("close", () => clearInterval(timer));
    };
    const id = await start(http("/slow"));
    const passes = world.settle();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await world.store.imports.requestCancel(id);
    world.clock.advance(2000);
    await passes;
    expect(await ended(id)).toMatchObject({ state: "Canceled", version: null });
    expect(await fetched()).toBeNull();
  });
});

describe("an import from a folder of the server", () => {
  it("takes files below an allowed folder, as one version wherever a crash meets it", async () => {
    await writeFile(path.join(folder, "allowed/churn/model.pkl"), "weights");
    await writeFile(path.join(folder, "allowed/churn/data/columns.json"), "[]");
    for (let crashAt = 1; crashAt <= 7; crashAt += 1) {
      const name = `crashed-${String(crashAt)}`;
      const id = await start({ kind: "path", path: path.join(folder, "allowed/churn") }, { name });
      let writes = 0;
      world.onWrite = () => {
        if ((writes += 1) >= crashAt) throw new SimulatedCrash();
      };
      await world.settle();
      world.onWrite = () => undefined;
      await world.restart();
      expect(await ended(id)).toMatchObject({ state: "Succeeded", version: 1, stored: [] });
      const versions = await world.store.models.listVersions(world.workspaceId, name);
      expect(versions.map((version) => version.files.map((file) => file.path))).toEqual([["data/columns.json", "model.pkl"]]);
    }
  });

  it("does not fetch again what an earlier pass stored", async () => {
    await writeFile(path.join(folder, "allowed/churn/model.pkl"), "weights");
    const store = createArtifactStore(path.join(folder, "artifacts"));
    const earlier = await store.put(Readable.from([Buffer.from("WEIGHTS")]));
    const id = await start({ kind: "path", path: path.join(folder, "allowed/churn") });
    await world.store.imports.keepStored(id, [{ path: "model.pkl", ...earlier }]);
    expect(await ended(id)).toMatchObject({ state: "Succeeded", doneBytes: 7 });
    expect((await fetched())?.files).toEqual([{ path: "model.pkl", ...earlier }]);
  });

  it("refuses what lies elsewhere, also behind links", async () => {
    await writeFile(path.join(folder, "outside.pkl"), "x");
    await symlink(path.join(folder, "outside.pkl"), path.join(folder, "allowed/link.pkl"));
    await symlink("/etc", path.join(folder, "allowed/churn/etc"));
    for (const named of ["outside.pkl", "allowed/link.pkl", "allowed/../outside.pkl", "allowed/churn"])
      expect(await ended(await start({ kind: "path", path: path.join(folder, named) }))).toMatchObject({ state: "Failed", reason: "PathRefused" });
    expect(await ended(await start({ kind: "path", path: path.join(folder, "allowed/nothing") }))).toMatchObject({ state: "Failed", reason: "NotFound" });
  });
});

describe("an import from S3", () => {
  let s3: TestS3;
  beforeAll(async () => {
    s3 = await startTestS3();
  }, 120_000);
  afterAll(() => s3.close());

  async function connection(secret: string): Promise<string> {
    const id = newId("connection");
    const sealed = testVault.seal(JSON.stringify({ password: secret }), id);
    const properties = { username: s3.accessKeyId, region: "us-east-1" };
    const row = { id, workspaceId: world.workspaceId, name: id, kind: "s3" as const, address: s3.endpoint, properties, createdBy: "usr_builder" };
    await world.store.connections.insert({ ...row, createdAt: world.clock.now(), sealed });
    return id;
  }

  it("takes an object or a folder with a connection's keys, which are checked when they are made", async () => {
    const settings = await s3.createBucket();
    const { bucket } = settings;
    const client = connectS3(settings);
    const large = randomBytes(20_000_000);
    for (const [Key, Body] of [
      ["models/churn/MLmodel", Buffer.from("flavors: {}\n")],
      ["models/churn/data/model.pkl", large],
      ["other", large],
    ] as const)
      // prettier-ignore
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    const connectionId = await connection(s3.secretAccessKey);
    const wrong = await connection("wrong");
    expect(await ended(await start({ kind: "s3", connectionId, bucket, key: "models/churn/" }))).toMatchObject({ state: "Succeeded" });
    expect(await fetched()).toMatchObject({ type: "mlflow_model", rootName: "churn", isFile: false, files: [{ path: "MLmodel" }, { sha256: sha256(large) }] });
    expect(await ended(await start({ kind: "s3", connectionId, bucket, key: "other" }, { sha256: sha256(large) }))).toMatchObject({
      state: "Succeeded",
      version: 2,
    });
    expect(await ended(await start({ kind: "s3", connectionId, bucket, key: "nothing" }))).toMatchObject({ state: "Failed", reason: "NotFound" });
    expect(await ended(await start({ kind: "s3", connectionId: wrong, bucket, key: "other" }))).toMatchObject({ state: "Failed", reason: "AccessDenied" });
    await world.runtime.resync();
    await world.until("both connections are tried", async () => (await world.store.connections.listUnchecked()).length === 0);
    expect((await world.store.connections.findById(connectionId))?.state).toBe("Working");
    expect((await world.store.connections.findById(wrong))?.state).toBe("Denied");
  }, 120_000);

  it("reaches no storage on this host unless it is allowed", async () => {
    await world.close();
    await openWorld([]);
    const connectionId = await connection(s3.secretAccessKey);
    expect(await ended(await start({ kind: "s3", connectionId, bucket: "any", key: "other" }))).toMatchObject({ state: "Failed", reason: "AddressRefused" });
  });
});
