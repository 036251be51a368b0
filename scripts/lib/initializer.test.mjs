import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../../images/initializer/initialize.py", import.meta.url));
const sha256 = (/** @type {string | Buffer} */ data) => createHash("sha256").update(data).digest("hex");
/** @type {string} */
let folder;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "initializer-"));
  mkdirSync(path.join(folder, "volume/.incoming"), { recursive: true });
});
afterEach(() => {
  // Sealed folders are not writable, not even for their owner.
  spawnSync("chmod", ["-R", "u+w", folder]);
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a file into the source folder and returns its plan entry. @param {string | Buffer} data @param {string} target */
function incoming(data, target, more = {}) {
  const digest = sha256(data);
  writeFileSync(path.join(folder, "volume/.incoming", digest), data);
  return { path: digest, sha256: digest, size: Buffer.byteLength(data), target, ...more };
}

/** @param {object[]} files */
function initialize(files, more = {}) {
  const plan = path.join(folder, "plan.json");
  writeFileSync(plan, JSON.stringify({ source: path.join(folder, "volume/.incoming"), target: path.join(folder, "volume"), files, ...more }));
  const result = spawnSync("python3", [script, plan], { encoding: "utf8" });
  const events = result.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return { code: result.status, events, last: events.at(-1), stderr: result.stderr };
}
const placed = (/** @type {string} */ name) => path.join(folder, "volume", name);

/** @param {string} name @param {string} python makes the archive `out` @returns {Buffer} */
function archive(name, python) {
  const out = path.join(folder, name);
  const result = spawnSync("python3", ["-c", `import io, sys, tarfile, zipfile, stat\nout = sys.argv[1]\n${python}`, out], { encoding: "utf8" });
  expect(result.stderr).toBe("");
  return readFileSync(out);
}

describe("the storage initializer", () => {
  it("verifies, places read-only, empties the source and leaves the marker", () => {
    const files = [incoming("weights", "azureml-models/m/1/model.pkl"), incoming("print(1)", "code/score.py", { mode: "0555" })];
    const { code, events, last } = initialize(files);
    expect(code).toBe(0);
    expect(events.map((event) => event.event)).toEqual(["started", "verified", "verified", "placed", "placed", "done"]);
    expect(last).toMatchObject({ files: 2, bytes: 15 });
    expect(readFileSync(placed("azureml-models/m/1/model.pkl"), "utf8")).toBe("weights");
    expect(statSync(placed("azureml-models/m/1/model.pkl")).mode & 0o777).toBe(0o444);
    expect(statSync(placed("code/score.py")).mode & 0o777).toBe(0o555);
    expect(statSync(placed("azureml-models/m")).mode & 0o777).toBe(0o555);
    expect(existsSync(placed(".incoming"))).toBe(false);
    expect(JSON.parse(readFileSync(placed(".ready"), "utf8")).files).toBe(2);
    if (process.getuid?.() === 0) expect(statSync(placed("code/score.py")).uid).toBe(1001);
  });

  it("does nothing the second time", () => {
    const files = [incoming("a", "a.txt")];
    expect(initialize(files).code).toBe(0);
    const again = initialize(files);
    expect(again.code).toBe(0);
    expect(again.events).toEqual([expect.objectContaining({ event: "done", repeated: true })]);
  });

  it("places one blob at every path that wants it", () => {
    const entry = incoming("same", "one/x");
    expect(initialize([entry, { ...entry, target: "two/x" }]).code).toBe(0);
    expect(readFileSync(placed("one/x"), "utf8")).toBe(readFileSync(placed("two/x"), "utf8"));
  });

  it("continues after a run that broke between two files", () => {
    const files = [incoming("first", "m/first"), incoming("second", "m/second")];
    mkdirSync(placed("m"));
    writeFileSync(placed("m/first"), "first");
    rmSync(path.join(folder, "volume/.incoming", files[0]?.path ?? ""));
    expect(initialize(files).code).toBe(0);
    expect(readFileSync(placed("m/second"), "utf8")).toBe("second");
  });

  it("ends with 2 on a wrong checksum or size, and has placed nothing", () => {
    const good = incoming("good", "a");
    const wrong = { ...incoming("bad!", "b"), sha256: sha256("else") };
    const { code, last } = initialize([good, wrong]);
    expect(code).toBe(2);
    expect(last).toMatchObject({ event: "failed", code: 2, path: wrong.path, reason: expect.stringContaining("checksum") });
    expect(existsSync(placed("a"))).toBe(false);
    expect(existsSync(placed(".ready"))).toBe(false);
    expect(initialize([{ ...good, size: 5 }]).code).toBe(2);
  });

  it("ends with 3 on a missing file", () => {
    const { code, last } = initialize([{ path: "nope", sha256: sha256(""), size: 0, target: "a" }]);
    expect(code).toBe(3);
    expect(last).toMatchObject({ event: "failed", reason: "file is missing: nope" });
  });

  it.each(["../escape", "/etc/escape", "a/../../escape", ".."])("refuses the target %s", (target) => {
    const { code, last } = initialize([incoming("x", target)]);
    expect(code).toBe(1);
    expect(last.reason).toContain("leaves its folder");
    expect(existsSync(path.join(folder, "escape"))).toBe(false);
  });

  it("unpacks tar and zip archives into their folders", () => {
    const tar = archive("a.tar.gz", "t = tarfile.open(out, 'w:gz')\ni = tarfile.TarInfo('d/x.txt')\ni.size = 3\nt.addfile(i, io.BytesIO(b'tar'))\nt.close()");
    const zip = archive("a.zip", "z = zipfile.ZipFile(out, 'w')\nz.writestr('e/y.txt', 'zip')\nz.close()");
    const { code, events } = initialize([incoming(tar, "model", { unpack: "tar" }), incoming(zip, "code", { unpack: "zip" })]);
    expect(code).toBe(0);
    expect(events.filter((event) => event.event === "unpacked")).toMatchObject([
      { path: "model", files: 1, bytes: 3 },
      { path: "code", files: 1, bytes: 3 },
    ]);
    expect(readFileSync(placed("model/d/x.txt"), "utf8")).toBe("tar");
    expect(readFileSync(placed("code/e/y.txt"), "utf8")).toBe("zip");
  });

  it("refuses archives that hold links or leave their folder", () => {
    const link = archive(
      "l.tar",
      "t = tarfile.open(out, 'w')\ni = tarfile.TarInfo('l')\ni.type = tarfile.SYMTYPE\ni.linkname = '/etc/passwd'\nt.addfile(i)\nt.close()",
    );
    expect(initialize([incoming(link, "m", { unpack: "tar" })])).toMatchObject({ code: 1, last: { reason: expect.stringContaining("link or device") } });
    const slip = archive("s.zip", "z = zipfile.ZipFile(out, 'w')\nz.writestr('../../slip', 'x')\nz.close()");
    expect(initialize([incoming(slip, "n", { unpack: "zip" })])).toMatchObject({ code: 1, last: { reason: expect.stringContaining("leaves its folder") } });
    expect(existsSync(path.join(folder, "slip"))).toBe(false);
  });

  it("ends with 1 and one readable line on a malformed plan", () => {
    const plan = path.join(folder, "plan.json");
    for (const text of ["{", "[]", "{}", JSON.stringify({ source: folder, files: [{ path: "x" }] })]) {
      writeFileSync(plan, text);
      const result = spawnSync("python3", [script, plan], { encoding: "utf8" });
      expect({ text, code: result.status, stderr: result.stderr }).toEqual({ text, code: 1, stderr: "" });
      expect(JSON.parse(result.stdout.trim().split("\n").at(-1) ?? "").event).toBe("failed");
    }
  });

  it("ends with 4 when the disk refuses", () => {
    const files = [incoming("x".repeat(4096), "m/x")];
    const disk = path.join(folder, "disk");
    mkdirSync(disk);
    if (process.getuid?.() !== 0 || spawnSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", disk]).status !== 0) return;
    try {
      writeFileSync(path.join(disk, "full"), Buffer.alloc(4096));
      chmodSync(disk, 0o755);
      expect(initialize(files, { target: disk })).toMatchObject({ code: 4, last: { code: 4 } });
    } finally {
      spawnSync("umount", [disk]);
    }
  });
});
