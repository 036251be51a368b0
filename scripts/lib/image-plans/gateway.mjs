// The gateway: HAProxy of one pinned line, Node, our start script, and our programs' bundles as the last layers.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { aptSources, osRelease, releaseSource, run } from "../apt.mjs";
import { buildImage, contentHash, ImageError, imageExists } from "./build.mjs";
import { bootstrapRoot } from "./debian.mjs";

/** The line with `add backend`, run-time JWT certificates and `set-timeout queue`. */
export const HAPROXY_LINE = "3.4";
/** The container's user; the gateway's folder on the host belongs to it. */
export const GATEWAY_UID = 1000;

const DEFAULT_IMAGE = "haproxy:3.4";
const DEFAULT_NODE_IMAGE = "node:24-bookworm-slim";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const ROOT_VERSION = 1;

const LIBRARIES = {
  x64: { triplet: "x86_64-linux-gnu", loader: "/lib64/ld-linux-x86-64.so.2" },
  arm64: { triplet: "aarch64-linux-gnu", loader: "/lib/ld-linux-aarch64.so.1" },
};

/** @typedef {import("./build.mjs").ImageContext} ImageContext */
/** @typedef {import("./build.mjs").ImageLog} ImageLog */

const COMMON = `ENV SLUICE_GATEWAY_DIR=/var/lib/sluice-gateway NODE_ENV=production
STOPSIGNAL SIGTERM
USER ${GATEWAY_UID}:${GATEWAY_UID}
WORKDIR /
ENTRYPOINT ["node", "/opt/sluice/start.mjs"]
CMD []
COPY start.mjs /opt/sluice/start.mjs
`;

/** @param {ImageContext} context @returns {import("../images.mjs").Plan} */
export function gatewayPlan(context) {
  const { settings } = context;
  const image = "gateway";
  const start = readFileSync(path.join(context.root, "images", "gateway", "start.mjs"), "utf8");
  const programs = context.gatewayPrograms
    .filter((file) => existsSync(file))
    .map((file) => ({ name: path.basename(file), content: readFileSync(file, "utf8") }));
  const pulled = settings.gatewayImage ?? DEFAULT_IMAGE;
  const node = settings.nodeImage ?? DEFAULT_NODE_IMAGE;
  const layers = programs.map(({ name }) => `COPY ${name} /opt/sluice/${name}\n`).join("");
  const pulledFile = `FROM ${node} AS node\nFROM ${pulled}\nCOPY --from=node /usr/local/bin/node /usr/local/bin/node\n${COMMON}${layers}`;
  // The large root is an image of its own, so that a new program costs a second.
  const rootRef = `sluice/gateway-root:${contentHash(ROOT_VERSION, HAPROXY_LINE, process.arch)}`;
  const builtFile = `FROM ${rootRef}\nENV PATH=/usr/sbin:/usr/bin\n${COMMON}${layers}`;
  const refOf = (/** @type {string} */ dockerfile) => `sluice/${image}:${contentHash(dockerfile, start, ...programs.map(({ content }) => content))}`;
  const pullable = settings.gatewayImage !== undefined || settings.registryPull !== "never";
  const entries = [{ name: "start.mjs", content: start }, ...programs];

  const build = async (/** @type {ImageLog} */ log, /** @type {string} */ dockerfile) => {
    const ref = refOf(dockerfile);
    await buildImage({ docker: context.docker, ref, name: image, dockerfile, entries, log });
    await assertVersion(context, ref, log);
    return ref;
  };
  return {
    name: image,
    refs: [...(pullable ? [refOf(pulledFile)] : []), ...(settings.gatewayImage ? [] : [refOf(builtFile)])],
    async make(log) {
      const wanted = settings.gatewayImage !== undefined;
      if (
        pullable &&
        (await context.registry.have(pulled, { wanted, image, log: log.write })) &&
        (await context.registry.have(node, { wanted, image, log: log.write }))
      ) {
        return build(log, pulledFile);
      }
      if (!(await imageExists(context.docker, rootRef))) await buildRoot(context, rootRef, log);
      return build(log, builtFile);
    },
  };
}

/** Asks the image itself; a wrong proxy is refused here rather than at the first request. @param {ImageContext} context @param {string} ref @param {ImageLog} log */
async function assertVersion({ docker }, ref, log) {
  const container = await docker.createContainer({
    Image: ref,
    Entrypoint: ["haproxy", "-v"],
    HostConfig: { NetworkMode: "none" },
    Labels: { "io.sluice.kind": "version-check" },
  });
  try {
    // An image without the program fails here already; both cases end in the same message.
    const started = await container.start().then(
      () => true,
      (error) => void log.write(String(error.message)),
    );
    if (started) await container.wait();
    const text = started ? (await container.logs({ stdout: true, stderr: true })).toString("utf8") : "";
    const version = /HAProxy version (\S+)/.exec(text)?.[1];
    log.write(`haproxy version: ${version ?? "unknown"}`);
    if (!version?.startsWith(`${HAPROXY_LINE}.`)) {
      await docker.getImage(ref).remove({ force: true });
      throw new ImageError(
        "gateway",
        `the image's HAProxy is ${version ?? "not readable"}, but Sluice needs ${HAPROXY_LINE}. Set SLUICE_GATEWAY_IMAGE to an image of that line.`,
        log.file,
      );
    }
  } finally {
    await container.remove({ force: true });
  }
}

/** @param {ImageContext} context @param {string} ref @param {ImageLog} log */
async function buildRoot(context, ref, log) {
  const tar = await gatewayRoot(context, ref, log);
  await buildImage({
    docker: context.docker,
    ref,
    name: "gateway-root",
    dockerfile: "FROM scratch\nADD root.tar /\n",
    entries: [{ name: "root.tar", file: tar }],
    log,
  });
  // The image is the cache from here on.
  rmSync(tar, { force: true });
}

/**
 * A small root with HAProxy, Node and just their libraries, from Debian's sid and experimental suites, as a tar.
 * @param {ImageContext} context @param {string} ref @param {ImageLog} log
 */
async function gatewayRoot(context, ref, log) {
  const libraries = LIBRARIES[/** @type {keyof typeof LIBRARIES} */ (process.arch)];
  if (!libraries) throw new ImageError("gateway", `no recipe for processors of kind ${process.arch}. Set SLUICE_GATEWAY_IMAGE.`);
  const cache = path.join(context.home, "cache");
  const key = ref.split(":")[1] ?? "";
  const tar = path.join(cache, `gateway-root-${key}.tar`);
  if (existsSync(tar)) return tar;
  const tree = path.join(cache, `gateway-tree-${key}`);
  await bootstrapTree(context, tree, log);
  const slim = path.join(cache, `gateway-slim-${process.pid}`);
  rmSync(slim, { recursive: true, force: true });
  try {
    await copySlim(tree, slim, libraries, log);
    const packed = await run("tar", ["--owner=0", "--group=0", "--sort=name", "-C", slim, "-cf", `${tar}.partial`, "."]);
    if (packed.code !== 0) throw new ImageError("gateway", `tar failed: ${packed.output.trim()}`, log.file);
    renameSync(`${tar}.partial`, tar);
  } finally {
    rmSync(slim, { recursive: true, force: true });
  }
  rmSync(tree, { recursive: true, force: true });
  return tar;
}

/** @param {ImageContext} context @param {string} tree @param {ImageLog} log */
async function bootstrapTree(context, tree, log) {
  const release = osRelease();
  const source = release.id === "debian" ? releaseSource(aptSources(), release.codename) : undefined;
  if (!source)
    throw new ImageError(
      "gateway",
      "no registry could be reached, and HAProxy 3.4 can be taken only from a Debian archive, which this machine's package sources do not name. Set SLUICE_GATEWAY_IMAGE.",
    );
  const preferences = path.join(context.home, "cache", "gateway-preferences");
  mkdirSync(path.dirname(preferences), { recursive: true });
  // Only the proxy may come from experimental: its C library would drag half of that suite along.
  writeFileSync(preferences, `Package: haproxy\nPin: version ${HAPROXY_LINE}.*\nPin-Priority: 990\n`);
  const signed = `[signed-by=${source.signedBy ?? KEYRING}]`;
  await bootstrapRoot({
    image: "gateway",
    setting: "SLUICE_GATEWAY_IMAGE",
    suite: "sid",
    target: tree,
    lines: [`deb ${signed} ${source.uri} sid main`, `deb ${signed} ${source.uri} experimental main`],
    options: [
      "--variant=extract",
      "--format=directory",
      // Mirrors that follow these two suites at a distance are past the date, though correctly signed.
      '--aptopt=Acquire::Check-Valid-Until "false"',
      '--setup-hook=mkdir -p "$1/etc/apt/preferences.d"',
      `--setup-hook=upload ${preferences} /etc/apt/preferences.d/sluice`,
      "--include=haproxy,nodejs",
    ],
    log,
    say: context.log,
  });
}

/** @param {string} tree @param {string} slim @param {{ triplet: string, loader: string }} libraries @param {ImageLog} log */
async function copySlim(tree, slim, { triplet, loader }, log) {
  const libraryFolder = path.join(tree, "usr/lib", triplet);
  const loaderFile = realpathSync(path.join(libraryFolder, path.basename(loader)));
  const put = (/** @type {string} */ from, /** @type {string} */ to) => cpSync(from, path.join(slim, to), { recursive: true, dereference: true });
  for (const program of ["usr/sbin/haproxy", "usr/bin/node"]) {
    const file = path.join(tree, program);
    if (!existsSync(file)) throw new ImageError("gateway", `the archive gave no ${path.basename(program)}.`, log.file);
    put(file, program);
    const { code, output } = await run(loaderFile, ["--library-path", libraryFolder, "--list", file]);
    if (code !== 0 || output.includes("not found")) throw new ImageError("gateway", `libraries of ${program} are missing:\n${output}`, log.file);
    for (const [, library] of output.matchAll(/=> (\S+) \(0x/g)) {
      if (library?.startsWith(libraryFolder)) put(library, path.join("usr/lib", triplet, path.basename(library)));
    }
  }
  put(loaderFile, loader);
  // Debian's Node keeps some of its own modules outside the binary.
  const node = readFileSync(realpathSync(path.join(libraryFolder, firstLibNode(slim, triplet)))).toString("latin1");
  for (const name of new Set([...node.matchAll(/\/usr\/share\/nodejs\/([a-z0-9_-]+)\//g)].map((match) => match[1] ?? ""))) {
    const folder = path.join("usr/share/nodejs", name);
    if (existsSync(path.join(tree, folder))) put(path.join(tree, folder), folder);
  }
  for (const folder of ["tmp", "etc", "opt/sluice", "var/lib/sluice-gateway"]) mkdirSync(path.join(slim, folder), { recursive: true });
  writeFileSync(path.join(slim, "etc/passwd"), `root:x:0:0:root:/:/sbin/nologin\nsluice:x:${GATEWAY_UID}:${GATEWAY_UID}:gateway:/tmp:/sbin/nologin\n`);
  writeFileSync(path.join(slim, "etc/group"), `root:x:0:\nsluice:x:${GATEWAY_UID}:\n`);
}

/** @param {string} slim @param {string} triplet */
function firstLibNode(slim, triplet) {
  const found = readdirSync(path.join(slim, "usr/lib", triplet)).find((name) => name.startsWith("libnode.so"));
  if (!found) throw new ImageError("gateway", "Node's library was not found among the copied ones.");
  return found;
}
