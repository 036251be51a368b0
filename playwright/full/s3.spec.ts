import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { ListMultipartUploadsCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { connectS3, type BucketSettings } from "#server/artifacts/s3/bucket";
import { zipEntries } from "#server/artifacts/zip-reader";
import { sweepDaysLater } from "#server/testing/later-sweep";
import { startTestS3 } from "#server/testing/s3";
import { accessToken } from "../fixtures/api";
import { deployExample } from "../fixtures/example";
import { readProduct, startProduct, stopProduct, type ProductInfo } from "../fixtures/product-process";
import { expect, test } from "../fixtures/test";
import { trainModels } from "../fixtures/trained";
import { until } from "../fixtures/until";
import { World } from "../fixtures/world";

/** Two starts of the product and one of the S3 server; the image is that of the example, which other tests have built. */
const budgetMs = 600_000;
const prefix = "whole/product";
const home = `${path.dirname(readProduct().home)}/product-on-s3`;

const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
const keyOf = (digest: string): string => `${prefix}/sha256/${digest.slice(0, 2)}/${digest}`;

/** Everything in the bucket, what is set aside and unfinished included. */
async function keysIn(bucket: BucketSettings): Promise<readonly string[]> {
  const client = connectS3(bucket);
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket.bucket })) keys.push(...(page.Contents ?? []).map(({ Key = "" }) => Key));
  const { Uploads: unfinished = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket.bucket }));
  client.destroy();
  return [...keys, ...unfinished.map(({ Key = "" }) => `unfinished ${Key}`)].sort();
}

/** Digests of the files of a model, as the product gives it back. */
async function downloaded(product: ProductInfo, model: string, zip: string): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${await accessToken(product)}` };
  const sent = await fetch(`${product.studioUrl}/api/v1/models/${model}/versions/1/download?format=zip`, { headers });
  expect(sent.status).toBe(200);
  await writeFile(zip, Buffer.from(await sent.arrayBuffer()));
  const digests: string[] = [];
  for await (const { content } of zipEntries(zip, 10)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of content) pieces.push(piece);
    digests.push(sha256(Buffer.concat(pieces)));
  }
  return digests;
}

/** A model registered, deployed, asked and given back, and an upload that nobody registers; answers what stays and what must not. */
async function story(world: World, bucket: BucketSettings, output: string): Promise<{ readonly kept: readonly string[]; readonly forgotten: string }> {
  const { product } = world;
  const trained = await trainModels(world, path.join(output, "trained"));
  const model = sha256(readFileSync(trained.linear));
  const script = sha256(readFileSync(path.join(product.root, "examples/diabetes/onlinescoring/score.py")));

  const endpoint = await deployExample(world, "bucket", path.dirname(trained.linear));
  expect(await keysIn(bucket)).toEqual(expect.arrayContaining([model, script].map(keyOf)));
  const onDisk = readdirSync(path.join(home, "artifacts"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(onDisk.map(({ name }) => name)).toEqual([]);
  const answer = await (await world.scorer(endpoint)).score({ body: { data: [trained.patient] } });
  expect(answer.status, answer.body).toBe(200);
  expect(await downloaded(product, `${endpoint}-model`, path.join(output, "model.zip"))).toEqual([model]);

  const forgotten = Buffer.from(`uploaded and never registered: ${endpoint}`);
  await world.api.upload("forgotten.bin", forgotten);
  expect(await keysIn(bucket)).toContain(keyOf(sha256(forgotten)));
  return { kept: [model, script], forgotten: sha256(forgotten) };
}

/** Days after everything was deleted. */
async function expectOnlyRegistered({ product, engine }: World, bucket: BucketSettings, { kept, forgotten }: Awaited<ReturnType<typeof story>>): Promise<void> {
  const gone = async () => (await engine.leftovers()).length === 0;
  await until("containers, volumes, networks and rows to be gone", gone, { limitMs: 60_000 }).catch(async () => {
    expect(await engine.leftovers()).toEqual([]);
  });
  await sweepDaysLater(product.databaseUrl, { home, artifactBucket: { ...bucket, prefix } });
  // The product's own environments have contexts, which are registered like anybody's.
  const registered = await engine.query<{ sha256: string }>(
    `SELECT file->>'sha256' AS sha256 FROM model_version, jsonb_array_elements(files) AS file
     UNION SELECT file->>'sha256' FROM code_asset, jsonb_array_elements(files) AS file`,
  );
  const digests = registered.map((row) => row.sha256);
  expect(digests).toEqual(expect.arrayContaining([...kept]));
  expect(digests).not.toContain(forgotten);
  expect(await keysIn(bucket)).toEqual(digests.map(keyOf).sort());
}

test("with its files in a bucket the product takes a model, serves it, gives it back, and keeps what is registered and nothing else", async ({}, info) => {
  test.setTimeout(budgetMs);
  const s3 = await startTestS3();
  // With a home of its own: a database that knows blobs of another store would not send them again.
  await stopProduct();
  try {
    const bucket = await s3.createBucket();
    rmSync(home, { recursive: true, force: true });
    const product = await startProduct({
      SLUICE_HOME: home,
      SLUICE_ARTIFACT_S3_ENDPOINT: s3.endpoint,
      SLUICE_ARTIFACT_S3_BUCKET: bucket.bucket,
      SLUICE_ARTIFACT_S3_PREFIX: prefix,
      SLUICE_ARTIFACT_S3_ACCESS_KEY: bucket.accessKeyId,
      SLUICE_ARTIFACT_S3_SECRET: bucket.secretAccessKey,
    });
    const world = await World.open(product);
    const told = await story(world, bucket, info.outputDir).finally(() => world.close());
    await expectOnlyRegistered(world, bucket, told);
  } finally {
    await stopProduct();
    await s3.close();
    rmSync(home, { recursive: true, force: true });
    await startProduct();
  }
});
