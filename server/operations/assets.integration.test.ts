import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCodeSchema, createEnvironmentVersionSchema, createModelVersionSchema, uploadChunkBytes } from "#server/contract/asset";
import { checkEnvironmentSchema } from "#server/contract/params";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildDeployment, buildEndpoint, buildWorkspace, deploymentSpec } from "#server/testing/builders";
import { codeOf } from "#server/testing/code-of";
import { archiveAsset, archiveAssetVersion } from "./asset-versions";
import { getBuild, getBuildSbom, retryBuild } from "./builds";
import { createCode } from "./codes";
import type { OperationContext } from "./context";
import { checkEnvironment, getEnvironmentOptions } from "./environment-checks";
import { createEnvironmentVersion, getEnvironmentVersion, listEnvironments } from "./environments";
import { createModelVersion, listModels } from "./models";
import { abortUpload, completeUpload, getUpload, putChunk, startUpload } from "./uploads";

let world: ApiWorld;
let me: OperationContext;

beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("contributor");
});
afterAll(() => world.close());

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const send = (context: OperationContext, id: string, index: number, bytes: Uint8Array, digest = sha256(bytes)) =>
  putChunk(context, { id, index, digest, body: Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]) });

/** Uploads a whole small file and gives its upload's id. */
async function upload(fileName: string, content: string | Buffer): Promise<string> {
  const bytes = Buffer.from(content);
  const { id } = await startUpload(me, { fileName, sizeBytes: bytes.length });
  if (bytes.length > 0) await send(me, id, 0, bytes);
  await completeUpload(me, { id });
  return id;
}

const content = (uploads: readonly (readonly [string, string])[], over: Readonly<Record<string, unknown>> = {}) => ({
  rootName: "model",
  uploads: uploads.map(([uploadId, file]) => ({ uploadId, path: file })),
  ...over,
});

describe("upload", () => {
  const bytes = randomBytes(uploadChunkBytes + 5000);
  const chunks = [bytes.subarray(0, uploadChunkBytes), bytes.subarray(uploadChunkBytes)] as const;

  it("comes together from chunks in any order, goes on after a break, and leaves nothing but its blob", async () => {
    const { id } = await startUpload(me, { fileName: "model.pkl", sizeBytes: bytes.length });
    expect(await send(me, id, 1, chunks[1])).toMatchObject({ receivedChunks: [1] });
    expect(await codeOf(completeUpload(me, { id }))).toBe("upload.incomplete");
    expect(await getUpload(me, { id })).toMatchObject({ receivedChunks: [1], state: "Open" });
    await Promise.all([send(me, id, 0, chunks[0]), send(world.beside(me), id, 0, chunks[0])]);
    const done = await completeUpload(me, { id });
    expect(done).toMatchObject({ state: "Completed", sha256: sha256(bytes), receivedChunks: [0, 1] });
    expect(await completeUpload(me, { id })).toEqual(done);
    expect(await world.runtime.artifacts.has(sha256(bytes))).toBe(true);
    expect(await readdir(path.join(world.runtime.settings.home, "uploads"))).not.toContain(id);
    expect(await codeOf(send(me, id, 0, chunks[0]))).toBe("upload.closed");
  });

  it("is completed by one of two calls that ask for it at once, and is no error of the other's", async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await startUpload(me, { fileName: "model.pkl", sizeBytes: bytes.length });
      await Promise.all([send(me, id, 0, chunks[0]), send(me, id, 1, chunks[1])]);
      const both = await Promise.all([completeUpload(me, { id }), completeUpload(world.beside(me), { id })]);
      expect(both.map(({ state, sha256: digest }) => [state, digest])).toEqual(Array(2).fill(["Completed", sha256(bytes)]));
    }
  });

  it("takes no chunk that is damaged, short, long or of no number of the file's", async () => {
    const { id } = await startUpload(me, { fileName: "model.pkl", sizeBytes: bytes.length });
    expect(await codeOf(send(me, id, 1, chunks[1], "0".repeat(64)))).toBe("upload.checksum_wrong");
    expect(await codeOf(send(me, id, 1, chunks[1].subarray(1)))).toBe("upload.chunk_too_short");
    expect(await codeOf(send(me, id, 1, Buffer.concat([chunks[1], Buffer.from("x")])))).toBe("upload.chunk_too_long");
    expect(await codeOf(send(me, id, 2, chunks[1]))).toBe("upload.no_such_chunk");
    expect(await getUpload(me, { id })).toMatchObject({ receivedChunks: [] });
    expect(await readdir(path.join(world.runtime.settings.home, "uploads", id))).toEqual([]);
  });

  it("belongs to the person who began it, and ends when it is given up", async () => {
    const { id } = await startUpload(me, { fileName: "model.pkl", sizeBytes: 10 });
    expect(await codeOf(getUpload(await world.as("owner"), { id }))).toBe("upload.not_found");
    expect(await abortUpload(me, { id })).toMatchObject({ state: "Aborted" });
    expect(await codeOf(send(me, id, 0, Buffer.from("0123456789")))).toBe("upload.closed");
  });

  it("may be of an empty file", async () => {
    const { id } = await startUpload(me, { fileName: "__init__.py", sizeBytes: 0 });
    expect(await completeUpload(me, { id })).toMatchObject({ state: "Completed", sha256: sha256(new Uint8Array()) });
  });
});

describe("model and code", () => {
  it("become immutable versions with the same digest for the same content", async () => {
    const file = await upload("model.pkl", "weights");
    const input = createModelVersionSchema.parse({ name: "risk", content: content([[file, "model.pkl"]]) });
    const first = await createModelVersion(me, input);
    const second = await createModelVersion(me, input);
    expect([first.version, second.version]).toEqual([1, 2]);
    expect(second).toMatchObject({ digest: first.digest, type: "custom_model", sizeBytes: 7, createdBy: me.actor.name });
    expect((await listModels(me)).items.filter((model) => model.name === "risk").map((model) => model.version)).toEqual([2]);
  });

  it("refuse paths that leave the root or meet, and uploads that are somebody else's or not complete", async () => {
    const file = await upload("score.py", "x = 1");
    const create = (uploads: readonly (readonly [string, string])[]) =>
      codeOf(createCode(me, createCodeSchema.parse({ name: "bad", content: content(uploads) })));
    expect(await create([[file, "../score.py"]])).toBe("archive.unsafe_path");
    expect(
      await create([
        [file, "a.py"],
        [file, "a.py"],
      ]),
    ).toBe("asset.repeated_path");
    expect(await create([["upl_nothing", "a.py"]])).toBe("upload.not_found");
    const open = await startUpload(me, { fileName: "a.py", sizeBytes: 3 });
    expect(await create([[open.id, "a.py"]])).toBe("upload.incomplete");
  });

  it("find scoring scripts by their init and run, also in an unpacked archive", async () => {
    const archive = pack();
    archive.entry({ name: "onlinescoring/score.py" }, "def init():\n  pass\n\ndef run(data):\n  return data\n");
    archive.entry({ name: "onlinescoring/helpers.py" }, "def init():\n  pass\n");
    archive.finalize();
    const pieces: Buffer[] = [];
    for await (const piece of archive as AsyncIterable<Buffer>) pieces.push(piece);
    const file = await upload("code.tar", Buffer.concat(pieces));
    const made = await createCode(me, createCodeSchema.parse({ name: "scoring", content: content([[file, "code.tar"]], { unpack: true }) }));
    expect(made).toMatchObject({ rootName: "onlinescoring", scoringScripts: ["score.py"], version: 1 });
    expect(made.files.map((item) => item.path)).toEqual(["helpers.py", "score.py"]);
  });

  it("cannot be archived while a deployment uses them, and can as soon as its deletion is asked for", async () => {
    const { store } = world.database;
    const file = await upload("model.pkl", "used");
    const model = await createModelVersion(me, createModelVersionSchema.parse({ name: "used", content: content([[file, "model.pkl"]]) }));
    const environment = await createEnvironmentVersion(me, createEnvironmentVersionSchema.parse({ name: "used", image: "example/image:1" }));
    const endpoint = await buildEndpoint(store, world.workspaceId);
    const deployment = await buildDeployment(store, endpoint, { spec: deploymentSpec({ environmentVersionId: environment.id, modelVersionId: model.id }) });
    expect(await codeOf(archiveAssetVersion(me, { kind: "model", name: model.name, version: model.version }))).toBe("model.in_use");
    expect(await codeOf(archiveAsset(me, { kind: "environment", name: "used" }))).toBe("environment.in_use");
    await store.deployments.requestDelete(deployment.id);
    expect(await codeOf(archiveAssetVersion(me, { kind: "model", name: model.name, version: model.version }))).toBe("ok");
    expect(await codeOf(archiveAsset(me, { kind: "environment", name: "used" }))).toBe("ok");
    expect((await listEnvironments(me)).items.map((item) => item.name)).not.toContain("used");
  });
});

describe("environment", () => {
  it("that cannot be built is refused with the line that asks for it", async () => {
    const condaFile = "dependencies:\n  - python=3.11\n  - cudatoolkit\n  - pip:\n    - scikit-learn==1.5.0\n    - not a package!!\n";
    const refused = createEnvironmentVersion(me, createEnvironmentVersionSchema.parse({ name: "broken", condaFile }));
    await expect(refused).rejects.toMatchObject({
      code: "environment.cannot_be_built",
      fields: expect.arrayContaining([expect.objectContaining({ path: "condaFile.6" })]) as unknown,
    });
  });

  it("takes its Dockerfile from the context when none is given, and says what lacks otherwise", async () => {
    const file = await upload("Dockerfile", "ARG V=1\nFROM python:${V}\nCOPY . /app\n");
    const code = await createCode(me, createCodeSchema.parse({ name: "context", content: content([[file, "Dockerfile"]]) }));
    const parse = (over: Readonly<Record<string, unknown>>) => createEnvironmentVersionSchema.parse({ name: "own-dockerfile", ...over });
    const made = await createEnvironmentVersion(me, parse({ contextCode: "context:1", buildArgs: { V: "3.11" } }));
    expect(made).toMatchObject({ dockerfile: "ARG V=1\nFROM python:${V}\nCOPY . /app\n", context: { id: code.id, name: "context", version: 1 } });
    const other = await createEnvironmentVersion(me, parse({ contextCode: code.id, dockerfile: "FROM scratch\n" }));
    expect(other).toMatchObject({ dockerfile: "FROM scratch\n", version: 2 });
    expect(other.contentHash).not.toBe(made.contentHash);
    expect(await codeOf(createEnvironmentVersion(me, parse({ contextCode: "nothing:1" })))).toBe("environment.context_unknown");
    const bare = await createCode(me, createCodeSchema.parse({ name: "bare", content: content([[await upload("a.txt", "a"), "a.txt"]]) }));
    expect(await codeOf(createEnvironmentVersion(me, parse({ contextCode: bare.id })))).toBe("environment.dockerfile_missing");
    const elsewhere = await world.as("contributor", (await buildWorkspace(world.database.store)).id);
    expect(await codeOf(createEnvironmentVersion(elsewhere, parse({ contextCode: code.id })))).toBe("environment.context_unknown");
  });

  it("is checked before it is registered by the rules of registration", async () => {
    const check = (over: Readonly<Record<string, unknown>>) => checkEnvironment(me, checkEnvironmentSchema.parse(over));
    expect(await getEnvironmentOptions(me)).toEqual({ pythons: ["3.11"], conda: false });
    expect(await check({ condaFile: "dependencies: [numpy=1]" })).toMatchObject({ solver: "pip", python: "3.11", problems: [] });
    expect((await check({ dockerfile: "FROM a\nRUM b\n" })).problems).toMatchObject([{ path: "dockerfile.2", line: 2 }]);
    expect((await check({ condaFile: "dependencies: [numpy]", condaSolver: "conda" })).problems).toMatchObject([{ path: "condaSolver", line: null }]);
    expect((await check({ image: "a:1", container: { user: "root" } })).problems).toMatchObject([{ path: "container.user", line: null }]);
  });

  it("shares one build with every version of the same content, which is tried again only after it failed", async () => {
    const { store } = world.database;
    const input = createEnvironmentVersionSchema.parse({ name: "shared", requirements: "scikit-learn==1.5.0\n", build: true });
    const first = await createEnvironmentVersion(me, input);
    const second = await createEnvironmentVersion(me, { ...input, name: "shared-too" });
    expect(second.build?.id).toBe(first.build?.id);
    const buildId = first.build?.id ?? "";
    expect(await codeOf(retryBuild(me, { buildId }))).toBe("build.not_failed");
    await store.builds.update(buildId, { state: "Failed", observedAttempt: 1, reason: "BuildFailed" });
    const outcomes = await Promise.all([codeOf(retryBuild(me, { buildId })), codeOf(retryBuild(world.beside(me), { buildId }))]);
    expect(outcomes.sort()).toEqual(["build.not_failed", "ok"]);
    expect(await getBuild(me, { id: buildId })).toMatchObject({ attempt: 2, sbom: null });
    expect(await codeOf(getBuildSbom(me, { id: buildId }))).toBe("build.sbom_not_found");
    const sbom = { buildId, document: { bomFormat: "CycloneDX" }, packageCount: 7, digest: "d", createdAt: 5 };
    await store.sboms.put(sbom);
    expect(await getBuildSbom(me, { id: buildId })).toEqual({ bomFormat: "CycloneDX" });
    expect((await getEnvironmentVersion(me, { name: "shared", version: 1 })).build?.sbom).toEqual({ packageCount: 7, createdAt: 5 });
    const elsewhere = await world.as("contributor", (await buildWorkspace(store)).id);
    expect(await codeOf(getBuildSbom(elsewhere, { id: buildId }))).toBe("build.not_found");
    await store.builds.remove(buildId);
    expect(await store.sboms.find(buildId)).toBeNull();
  });
});

it("a chunk for a folder that vanished is an error of its call alone", async () => {
  const { id } = await startUpload(me, { fileName: "a", sizeBytes: 3 });
  await rm(path.join(world.runtime.settings.home, "uploads", id), { recursive: true });
  await expect(send(me, id, 0, Buffer.from("abc"))).rejects.toThrow("ENOENT");
  await mkdir(path.join(world.runtime.settings.home, "uploads", id));
  await expect(send(me, id, 0, Buffer.from("abc"))).resolves.toMatchObject({ receivedChunks: [0] });
});
