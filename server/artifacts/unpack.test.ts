import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { pack, type Header } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SluiceError } from "#server/domain/errors";
import { createArtifactStore, type ArtifactStore } from "./store";
import { archiveKindOf, defaultUnpackLimits, unpackArchive, type ArchiveKind, type UnpackLimits } from "./unpack";

interface ZipMember {
  readonly name: string;
  readonly content?: Buffer;
  readonly mode?: number;
  readonly flags?: number;
  readonly crc?: number;
}

/** A zip written by hand, so that hostile headers can be produced. */
function zipOf(members: readonly ZipMember[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const { name, content = Buffer.alloc(0), mode = 0o100644, flags = 0x800, crc } of members) {
    const packed = deflateRawSync(content);
    const nameBytes = Buffer.from(name);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(flags, 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(crc ?? crc32(content), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), shared, nameBytes, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    centrals.push(Buffer.concat([Buffer.from("PK\x01\x02", "latin1"), Buffer.from([20, 3]), shared, tail, nameBytes]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

async function tarOf(entries: readonly (Partial<Header> & { readonly name: string } & { readonly content?: Buffer })[]): Promise<Buffer> {
  const archive = pack();
  for (const { content = Buffer.alloc(0), ...header } of entries) archive.entry(header, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* streamOf(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < content.length; offset += 65_536) {
    await Promise.resolve();
    yield content.subarray(offset, offset + 65_536);
  }
}

let root: string;
let store: ArtifactStore;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sluice-unpack-"));
  store = createArtifactStore(root);
});
afterEach(async () => {
  await expect(readdir(path.join(root, "tmp")).catch(() => [])).resolves.toEqual([]);
  await rm(root, { recursive: true });
});

const unpack = (archive: Buffer, kind: ArchiveKind, limits: Partial<UnpackLimits> = {}) =>
  unpackArchive(store, streamOf(archive), kind, { ...defaultUnpackLimits, ...limits });
const text = (value: string) => Buffer.from(value);

async function read(sha256: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await store.open(sha256)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("unpackArchive", () => {
  it("stores every file of a zip, a tar and a tar.gz under its path", async () => {
    const tar = await tarOf([
      { name: "model/", type: "directory" },
      { name: "./model/weights.bin", content: text("weights") },
      { name: "model/meta/é.json", content: text("{}") },
    ]);
    const zip = zipOf([
      { name: "model/", mode: 0o040755 },
      { name: "model/weights.bin", content: text("weights") },
      { name: "model/meta/é.json", content: text("{}") },
    ]);
    for (const [archive, kind] of [
      [tar, "tar"],
      [gzipSync(tar), "tar.gz"],
      [zip, "zip"],
    ] as const) {
      const files = await unpack(archive, kind);
      expect(files.map((file) => [file.path, file.sizeBytes])).toEqual([
        ["model/weights.bin", 7],
        ["model/meta/é.json", 2],
      ]);
      expect(await read(files[0]?.sha256 ?? "")).toBe("weights");
    }
  });

  it("reads what Python's own zip writer makes", async () => {
    const made = spawnSync("python3", [
      "-c",
      "import sys,zipfile,io\nb=io.BytesIO()\nz=zipfile.ZipFile(b,'w',zipfile.ZIP_DEFLATED)\nz.writestr('a/b.txt','hello')\nz.close()\nsys.stdout.buffer.write(b.getvalue())",
    ]);
    expect(made.status, made.stderr.toString()).toBe(0);
    expect((await unpack(made.stdout, "zip")).map(({ path: name }) => name)).toEqual(["a/b.txt"]);
  });

  it("leaves out what archivers add for themselves", async () => {
    const files = await unpack(
      zipOf([
        { name: "a.txt", content: text("a") },
        { name: "__MACOSX/._a.txt", content: text("x") },
        { name: "d/.DS_Store", content: text("x") },
      ]),
      "zip",
    );
    expect(files.map(({ path: name }) => name)).toEqual(["a.txt"]);
  });

  it.each(["../x", "a/../../x", "/etc/passwd", "C:/x", "a\u0000b", "a\nb", "."])("refuses the path %j in a zip and in a tar", async (name) => {
    await expect(unpack(zipOf([{ name, content: text("x") }]), "zip")).rejects.toMatchObject({ code: "archive.unsafe_path", kind: "invalid_input" });
    if (!name.includes("\u0000")) {
      await expect(unpack(await tarOf([{ name, content: text("x") }]), "tar")).rejects.toMatchObject({ code: "archive.unsafe_path" });
    }
  });

  it("treats backslashes of Windows archivers as separators and still sees traversal through them", async () => {
    expect((await unpack(zipOf([{ name: "code\\score.py", content: text("x") }]), "zip"))[0]?.path).toBe("code/score.py");
    await expect(unpack(zipOf([{ name: "..\\x", content: text("x") }]), "zip")).rejects.toMatchObject({ code: "archive.unsafe_path" });
  });

  it("refuses links and devices", async () => {
    for (const entry of [
      { name: "l", type: "symlink", linkname: "/etc" },
      { name: "h", type: "link", linkname: "a" },
      { name: "p", type: "fifo" },
      { name: "d", type: "character-device" },
    ] as const) {
      await expect(unpack(await tarOf([{ name: "a", content: text("a") }, entry]), "tar")).rejects.toMatchObject({ code: "archive.unsafe_entry" });
    }
    await expect(unpack(zipOf([{ name: "l", content: text("/etc/passwd"), mode: 0o120777 }]), "zip")).rejects.toMatchObject({ code: "archive.unsafe_entry" });
  });

  it("refuses repeated paths and a file that is also a folder", async () => {
    await expect(unpack(zipOf([{ name: "a" }, { name: "./a" }]), "zip")).rejects.toMatchObject({ code: "archive.duplicate_path" });
    await expect(unpack(zipOf([{ name: "a" }, { name: "a/b" }]), "zip")).rejects.toMatchObject({ code: "archive.duplicate_path" });
    await expect(unpack(zipOf([{ name: "a/b" }, { name: "a" }]), "zip")).rejects.toMatchObject({ code: "archive.duplicate_path" });
  });

  it("refuses encrypted and damaged files", async () => {
    await expect(unpack(zipOf([{ name: "a", content: text("a"), flags: 0x801 }]), "zip")).rejects.toMatchObject({ code: "archive.encrypted" });
    await expect(unpack(zipOf([{ name: "a", content: text("a"), crc: 1 }]), "zip")).rejects.toMatchObject({ code: "archive.unreadable" });
  });

  it("bounds files, bytes, archive size and ratio", async () => {
    const three = zipOf(["a", "b", "c"].map((name) => ({ name, content: Buffer.alloc(1000) })));
    await expect(unpack(three, "zip", { maxFiles: 2 })).rejects.toMatchObject({ code: "archive.too_many_files" });
    await expect(unpack(three, "zip", { maxTotalBytes: 2999 })).rejects.toMatchObject({ code: "archive.too_large" });
    await expect(unpack(three, "zip", { maxArchiveBytes: 10 })).rejects.toMatchObject({ code: "artifact.too_large" });
    const zeros = await tarOf([{ name: "zeros", content: Buffer.alloc(80 * 1024 * 1024) }]);
    await expect(unpack(gzipSync(zeros, { level: 1 }), "tar.gz", { maxRatio: 100 })).rejects.toMatchObject({ code: "archive.suspicious_ratio" });
    await expect(unpack(zeros, "tar", { maxArchiveBytes: 1024 })).rejects.toMatchObject({ code: "archive.too_large" });
  });

  it("refuses an archive without files, a cut one and one of another kind", async () => {
    await expect(unpack(zipOf([]), "zip")).rejects.toMatchObject({ code: "archive.empty" });
    await expect(unpack(await tarOf([]), "tar")).rejects.toMatchObject({ code: "archive.empty" });
    const tar = await tarOf([{ name: "a", content: Buffer.alloc(5000, 1) }]);
    await expect(unpack(tar.subarray(0, 2000), "tar")).rejects.toMatchObject({ code: "archive.unreadable" });
    await expect(unpack(gzipSync(tar).subarray(0, 40), "tar.gz")).rejects.toMatchObject({ code: "archive.unreadable" });
    await expect(unpack(tar, "zip")).rejects.toMatchObject({ code: "archive.unreadable" });
    await expect(unpack(tar, "tar.gz")).rejects.toMatchObject({ code: "archive.unreadable" });
  });

  it("answers any bytes with files or a typed error", async () => {
    const zip = zipOf([
      { name: "a.txt", content: text("hello") },
      { name: "b/c.txt", content: text("world") },
    ]);
    const tar = await tarOf([
      { name: "a.txt", content: text("hello") },
      { name: "b/c.txt", content: text("world") },
    ]);
    const damage = fc.array(fc.tuple(fc.nat(zip.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(damage, fc.constantFrom<ArchiveKind>("zip", "tar", "tar.gz"), async (changes, kind) => {
        const archive = Buffer.from(kind === "zip" ? zip : kind === "tar" ? tar : gzipSync(tar));
        for (const [at, value] of changes) archive[at % archive.length] = value;
        await unpack(archive, kind).catch((error: unknown) => {
          expect(error).toBeInstanceOf(SluiceError);
        });
      }),
      { numRuns: 150 },
    );
  });
});

describe("archiveKindOf", () => {
  it("knows the kinds by their usual endings", () => {
    expect(["m.ZIP", "m.tar", "m.tar.gz", "m.tgz", "m.pkl"].map(archiveKindOf)).toEqual(["zip", "tar", "tar.gz", "tar.gz", null]);
  });
});
