import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { connectS3, type BucketSettings } from "#server/artifacts/s3/bucket";
import { loadTestEnvironment } from "#server/kernel/env";
import { freePorts } from "./free-ports";

/** A real S3 server (SeaweedFS) of the test's own, on loopback. */
export interface TestS3 {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** A new empty bucket. */
  createBucket(): Promise<BucketSettings>;
  /** Ends the server at once; `restart` brings it back on its data. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

const identities = (accessKey: string, secretKey: string): string =>
  JSON.stringify({ identities: [{ name: "sluice", credentials: [{ accessKey, secretKey }], actions: ["Admin", "Read", "Write", "List", "Tagging"] }] });

/** Roles of one SeaweedFS in one process, each on a port of its own; nothing but the S3 role is asked by us. */
function serverArguments(folder: string, ports: readonly number[]): readonly string[] {
  const names = ["master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc"];
  return [
    "server", `-dir=${folder}`, "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", `-s3.config=${path.join(folder, "s3.json")}`, "-s3.port.iceberg=0",
    "-master.volumeSizeLimitMB=512", "-volume.max=50", "-master.telemetry=false",
    ...names.map((name, index) => `-${name}=${String(ports[index])}`),
  ]; // prettier-ignore
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

async function answering<T>(make: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await make();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** Starts the server; it takes some seconds until all of its roles know each other. */
export async function startTestS3(): Promise<TestS3> {
  const { weed } = loadTestEnvironment();
  if (weed === null) throw new Error("SLUICE_TEST_WEED is not set: run the tests through `npm test`");
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-s3-"));
  const [accessKeyId, secretAccessKey] = [randomBytes(10).toString("hex"), randomBytes(20).toString("hex")];
  await writeFile(path.join(folder, "s3.json"), identities(accessKeyId, secretAccessKey));
  const ports = await freePorts(8);
  const endpoint = `http://127.0.0.1:${String(ports[6])}`;
  const settings = { endpoint, region: "us-east-1", accessKeyId, secretAccessKey };
  const client = connectS3(settings);
  const buckets: string[] = [];
  const createBucket = async (): Promise<BucketSettings> => {
    const bucket = `test-${randomUUID()}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    buckets.push(bucket);
    return { ...settings, bucket };
  };
  let child: ChildProcess;
  const start = (): void => void (child = spawn(weed, serverArguments(folder, ports), { stdio: "ignore", cwd: folder }));
  // Buckets are there before the volumes that hold their objects, and each has volumes of its own: only what is read back tells that they are up.
  const read = async (Bucket: string, Key: string): Promise<Uint8Array | undefined> =>
    (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToByteArray();
  const isServing = async (): Promise<void> => {
    for (const bucket of buckets) {
      const { Contents: objects = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
      for (const { Key = "", Size } of objects)
        if ((await read(bucket, Key))?.byteLength !== Size) throw new Error("an object of the S3 server is not what was written");
    }
  };
  start();
  const { bucket } = await answering(createBucket);
  await answering(() => client.send(new PutObjectCommand({ Bucket: bucket, Key: "object", Body: "x".repeat(100_000) })));
  await answering(isServing);
  return {
    endpoint,
    accessKeyId,
    secretAccessKey,
    createBucket,
    kill: () => end(child),
    async restart() {
      start();
      await answering(isServing);
    },
    async close() {
      await end(child);
      client.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
