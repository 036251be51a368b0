import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unpackArchive } from "#server/artifacts/unpack";
import { uploadChunkBytes, type UploadDto } from "#server/contract/asset";
import type { Problem } from "#server/contract/common";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { mountSmallDisk, type SmallDisk } from "#server/testing/small-disk";

type Handler = (request: Request, route: { readonly params: Promise<Readonly<Record<string, string>>> }) => Promise<Response>;

const mib = 1024 * 1024;
/** One chunk fits beside what else is there, two do not. */
const diskMib = 12;

describe.runIf(process.getuid?.() === 0)("a full disk", () => {
  let world: ApiWorld;
  let disk: SmallDisk;
  let token: string;
  beforeAll(async () => {
    world = await createApiWorld();
    disk = await mountSmallDisk(world.runtime.settings.home, diskMib);
    token = await world.tokenFor((await world.as("owner")).actor);
  });
  afterAll(async () => {
    await disk.remove();
    await world.close();
  });

  async function call<T>(
    handler: unknown,
    method: string,
    params: Readonly<Record<string, string>>,
    body: string | Buffer,
  ): Promise<{ status: number; body: T }> {
    const headers = { authorization: `Bearer ${token}`, "x-sluice-sha256": createHash("sha256").update(body).digest("hex") };
    const request = new Request("http://127.0.0.1:3000/api/v1/x", { method, headers, body: typeof body === "string" ? body : new Uint8Array(body) });
    const answer = await (handler as Handler)(request, { params: Promise.resolve(params) });
    return { status: answer.status, body: (await answer.json()) as T };
  }
  const begin = async (): Promise<string> => {
    const { POST } = await import("../../app/api/v1/uploads/route");
    return (await call<UploadDto>(POST, "POST", {}, JSON.stringify({ fileName: "weights.bin", sizeBytes: uploadChunkBytes }))).body.id;
  };
  const send = async (id: string, chunk: Buffer) => {
    const { PUT } = await import("../../app/api/v1/uploads/[id]/chunks/[index]/route");
    return call<Problem>(PUT, "PUT", { id, index: "0" }, chunk);
  };
  const complete = async (id: string) => {
    const { POST } = await import("../../app/api/v1/uploads/[id]/complete/route");
    return call<UploadDto & Problem>(POST, "POST", { id }, "{}");
  };
  const files = async (folder: string) => {
    const entries = await readdir(path.join(world.runtime.settings.home, folder), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  };

  it("is told as such, keeps no half file, and goes on when there is space again", async () => {
    const chunk = randomBytes(uploadChunkBytes);
    const [first, second] = [await begin(), await begin()];
    expect((await send(first, chunk)).status).toBe(200);
    const full = { status: 503, body: { error: { code: "storage.full" } } };
    expect(await send(second, chunk)).toMatchObject(full);
    expect(await files("uploads")).toEqual(["00000000"]);
    expect(await complete(first)).toMatchObject(full);
    expect(await files("artifacts")).toEqual([]);
    await disk.grow(4 * diskMib);
    expect((await send(second, chunk)).status).toBe(200);
    for (const id of [first, second])
      expect(await complete(id)).toMatchObject({ status: 200, body: { state: "Completed", sha256: createHash("sha256").update(chunk).digest("hex") } });
    expect(await files("uploads")).toEqual([]);
  });

  it("is not taken for a fault of the archive that is unpacked", async () => {
    await disk.grow(diskMib);
    const archive = pack();
    for (const name of ["a", "b"]) archive.entry({ name }, randomBytes(diskMib * mib));
    archive.finalize();
    await expect(unpackArchive(world.runtime.artifacts, archive as unknown as AsyncIterable<Buffer>, "tar")).rejects.toMatchObject({
      code: "storage.full",
      kind: "unavailable",
    });
    expect(await readdir(path.join(world.runtime.settings.home, "artifacts/tmp"))).toEqual([]);
  });
});
