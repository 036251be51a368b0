// HAProxy of the gateway's image as a program of this host, for fast tests that need the real proxy without a container.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { aptInstall, run } from "./apt.mjs";
import { contentHash, ImageError } from "./image-plans/build.mjs";
import { HAPROXY_LINE } from "./image-plans/gateway.mjs";

/**
 * Copies HAProxy, its loader and its libraries out of the gateway's image and makes the copy find them by itself:
 * the interpreter and library path are written into the binary, because its master starts itself again and would
 * otherwise meet another HAProxy of this host. Idempotent; a few milliseconds when it is there.
 * @param {{ home: string, docker: import("dockerode"), image: string, log?: (line: string) => void }} options `image`: the gateway's reference
 * @returns {Promise<string>} absolute path of the program
 */
export async function ensureHostHaproxy({ home, docker, image, log = () => {} }) {
  const layers = (await docker.getImage(image).inspect()).RootFS?.Layers ?? [];
  // The last two layers are our start script and the agent: a new bundle needs no new copy.
  const id = contentHash(layers.slice(0, Math.max(1, layers.length - 2)));
  const folder = path.join(path.resolve(home), "haproxy", id);
  const program = path.join(folder, "haproxy");
  if (existsSync(program)) return program;
  await aptInstall(["patchelf"], { log });
  const partial = `${folder}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  try {
    await extract(docker, image, partial);
    const source = ["usr/local/sbin/haproxy", "usr/sbin/haproxy"].map((name) => path.join(partial, name)).find(existsSync);
    if (!source) throw new ImageError("gateway", `${image} holds no haproxy program.`);
    rmSync(path.join(partial, "haproxy"), { force: true });
    renameSync(source, path.join(partial, "haproxy"));
    renameIntoPlace(partial, folder);
    await patch(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return program;
}

/** @param {string} partial @param {string} folder */
function renameIntoPlace(partial, folder) {
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}

/** @param {import("dockerode")} docker @param {string} image @param {string} folder */
async function extract(docker, image, folder) {
  const container = await docker.createContainer({ Image: image, Labels: { "io.sluice.kind": "extract" } });
  try {
    const archive = await container.export();
    const wanted = ["*sbin/haproxy", "*lib*/*.so", "*lib*/*.so.*", "lib", "lib64"];
    const leftOut = ["*libnode*", "*libicu*", "*/perl*", "*/gconv/*"].map((name) => `--exclude=${name}`);
    const tar = spawn("tar", ["-x", "--no-same-owner", "-C", folder, "--wildcards", ...leftOut, ...wanted], { stdio: ["pipe", "ignore", "ignore"] });
    archive.pipe(tar.stdin);
    // tar's code is of no use: patterns that match nothing are an error to it.
    await new Promise((resolve) => tar.on("close", resolve));
  } finally {
    await container.remove({ force: true });
  }
}

/** @param {string} folder */
async function patch(folder) {
  const program = path.join(folder, "haproxy");
  const libraries = ["usr/lib", "lib"]
    .map((name) => path.join(folder, name))
    .filter(existsSync)
    .flatMap((base) => [
      base,
      ...readdirSync(base)
        .filter((name) => name.endsWith("-linux-gnu"))
        .map((name) => path.join(base, name)),
    ]);
  const loader = [path.join(folder, "lib64"), path.join(folder, "usr/lib64"), ...libraries]
    .filter(existsSync)
    .flatMap((base) =>
      readdirSync(base)
        .filter((name) => /^ld-linux.*\.so/.test(name))
        .map((name) => path.join(base, name)),
    )
    .find(existsSync);
  if (!loader) throw new ImageError("gateway", "the image holds no loader for its programs.");
  const patched = await run("patchelf", ["--set-interpreter", loader, "--force-rpath", "--set-rpath", libraries.join(":"), program]);
  if (patched.code !== 0) throw new ImageError("gateway", `patchelf failed: ${patched.output.trim()}`);
  const { output } = await run(program, ["-v"]);
  if (!output.includes(`HAProxy version ${HAPROXY_LINE}.`)) throw new ImageError("gateway", `the extracted HAProxy does not run: ${output.trim()}`);
}
