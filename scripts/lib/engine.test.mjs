import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { candidateSockets, checkEngine, contextHost, ensureEngine, installationId, probeSocket, stopEngine, uplinkMtu } from "./engine.mjs";

/** @type {string} */
let folder;
/** @type {http.Server[]} */
let servers;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "engine-"));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Something that listens on a socket in the test's folder. @param {string} name @param {unknown} version */
async function listen(name, version = { Version: "20.10.24", ApiVersion: "1.41" }, status = 200) {
  const socketPath = path.join(folder, name);
  mkdirSync(path.dirname(socketPath), { recursive: true });
  const server = http.createServer((_request, response) => {
    if (version === "silence") return;
    response.writeHead(status).end(typeof version === "string" ? version : JSON.stringify(version));
  });
  servers.push(server);
  await new Promise((resolve) => server.listen(socketPath, () => resolve(undefined)));
  return socketPath;
}

/** @param {NodeJS.ProcessEnv} env @param {string} [standardSocket] */
function find(env, standardSocket = path.join(folder, "absent.sock")) {
  /** @type {string[]} */
  const lines = [];
  const options = {
    home: path.join(folder, "home"),
    homedir: folder,
    install: false,
    standardSocket,
    env,
    log: (/** @type {string} */ line) => lines.push(line),
  };
  return { engine: ensureEngine(options), lines };
}

/** @param {string} name @param {string} host */
function writeContext(name, host) {
  const meta = path.join(folder, ".docker/contexts/meta", createHash("sha256").update(name).digest("hex"));
  mkdirSync(meta, { recursive: true });
  writeFileSync(path.join(meta, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
}

describe("where the engine is looked for", () => {
  it("takes DOCKER_HOST before everything else", async () => {
    const named = await listen("named.sock", { Version: "1", ApiVersion: "1.41" });
    const standard = await listen("standard.sock");
    const engine = await find({ DOCKER_HOST: `unix://${named}` }, standard).engine;
    expect(engine).toMatchObject({ socketPath: named, dockerHost: `unix://${named}`, via: "DOCKER_HOST", version: "1", startedByUs: false });
  });

  it("fails on a DOCKER_HOST that does not answer, although another engine would", async () => {
    const standard = await listen("standard.sock");
    const home = path.join(folder, "home");
    await expect(ensureEngine({ home, homedir: folder, standardSocket: standard, env: { DOCKER_HOST: `unix://${folder}/nope.sock` } })).rejects.toMatchObject({
      code: "engine.unreachable",
      message: expect.stringContaining("Nothing was installed"),
    });
    expect(existsSync(home)).toBe(false);
  });

  it.each(["tcp://10.0.0.1:2376", "ssh://user@host", "https://host:2376"])("refuses the remote engine %s", async (host) => {
    await expect(find({ DOCKER_HOST: host }).engine).rejects.toMatchObject({
      code: "engine.remote_unsupported",
      message: expect.stringContaining("DOCKER_HOST"),
    });
  });

  it("takes the current docker context before the standard socket", async () => {
    const other = await listen("context.sock");
    writeContext("mine", `unix://${other}`);
    writeFileSync(path.join(folder, ".docker/config.json"), JSON.stringify({ currentContext: "mine" }));
    expect(contextHost({}, folder)).toEqual({ name: "mine", host: `unix://${other}`, fixed: false });
    expect(await find({}, await listen("standard.sock")).engine).toMatchObject({ socketPath: other, via: "context mine" });
  });

  it("passes over a current context that is remote or dead, and says so", async () => {
    writeContext("far", "ssh://host");
    writeFileSync(path.join(folder, ".docker/config.json"), JSON.stringify({ currentContext: "far" }));
    const standard = await listen("standard.sock");
    const { engine, lines } = find({}, standard);
    expect((await engine).socketPath).toBe(standard);
    expect(lines.join()).toContain('"far" is a remote engine');
  });

  it("refuses an unknown DOCKER_CONTEXT", async () => {
    await expect(find({ DOCKER_CONTEXT: "nope" }).engine).rejects.toMatchObject({ code: "engine.context_unknown" });
  });

  it("goes on from the standard socket to rootless and desktop sockets", async () => {
    const rootless = await listen("runtime/docker.sock");
    expect(await find({ XDG_RUNTIME_DIR: path.join(folder, "runtime") }).engine).toMatchObject({ socketPath: rootless, via: "rootless" });
    const colima = await listen(".colima/default/docker.sock");
    expect(await find({}).engine).toMatchObject({ socketPath: colima, via: "Colima" });
  });

  it("looks at our own socket last, and keeps its path short", () => {
    const sockets = candidateSockets({}, "/a/very/long/path/".repeat(20), folder).map((candidate) => candidate.socketPath);
    expect(sockets[0]).toBe("/var/run/docker.sock");
    expect(sockets.at(-1)).toMatch(/^\/run\/sluice-[0-9a-f]{8}\/docker\.sock$/);
    expect(installationId("/a/")).toBe(installationId("/a"));
  });
});

describe("how a socket is judged", () => {
  it("by its answer, not by its existence", async () => {
    expect(await probeSocket(path.join(folder, "none.sock"))).toMatchObject({ state: "absent" });
    writeFileSync(path.join(folder, "file.sock"), "");
    expect(await probeSocket(path.join(folder, "file.sock"))).toMatchObject({ state: "dead" });
    expect(await probeSocket(await listen("web.sock", "hello"))).toMatchObject({ state: "strange" });
    expect(await probeSocket(await listen("bad.sock", { message: "no" }, 500))).toMatchObject({ state: "strange" });
    expect(await probeSocket(await listen("hung.sock", "silence"), 50)).toMatchObject({ state: "hung" });
  });

  it("reports an engine that accepts and is silent instead of starting a second one", async () => {
    const check = await checkEngine({ home: path.join(folder, "home"), homedir: folder, env: {}, standardSocket: await listen("hung.sock", "silence") });
    expect(check).toMatchObject({ ok: false, remedy: expect.stringContaining("Restart it") });
  }, 10_000);

  it("warns of Podman", async () => {
    const podman = await listen("podman.sock", { Version: "4.3.1", ApiVersion: "1.41", Components: [{ Name: "Podman Engine" }] });
    const { engine, lines } = find({ DOCKER_HOST: `unix://${podman}` });
    expect(await engine).toMatchObject({ podman: true });
    expect(lines.join()).toContain("not supported");
  });

  it("tells doctor what is missing and how to get it", async () => {
    const check = await checkEngine({ home: path.join(folder, "home"), homedir: folder, env: {}, standardSocket: path.join(folder, "none.sock") });
    expect(check.engine).toBeUndefined();
    expect(check.remedy).toMatch(/Docker|npm start/);
  });
});

describe("ending the engine", () => {
  it("leaves a process alone whose start time or command is not the marker's", async () => {
    const home = path.join(folder, "home");
    mkdirSync(home);
    writeFileSync(path.join(home, "engine.json"), JSON.stringify({ pid: process.pid, startTicks: "1", socketPath: "/x", dataRoot: "/y" }));
    expect(await stopEngine({ home })).toBe(false);
    expect(existsSync(path.join(home, "engine.json"))).toBe(false);
    expect(await stopEngine({ home })).toBe(false);
  });
});

describe("uplinkMtu", () => {
  it("reads the device of the default route", () => {
    mkdirSync(path.join(folder, "net/eth7"), { recursive: true });
    writeFileSync(path.join(folder, "net/eth7/mtu"), "1400\n");
    writeFileSync(path.join(folder, "route"), "Iface\tDestination\tGateway\neth7\t00000000\t0101A8C0\n");
    expect(uplinkMtu(path.join(folder, "route"), path.join(folder, "net"))).toBe(1400);
    expect(uplinkMtu(path.join(folder, "absent"), path.join(folder, "net"))).toBe(1500);
  });
});

describe("stopEngine", () => {
  it("leaves the marker of an engine that another start brought up meanwhile", async () => {
    const marker = path.join(folder, "engine.json");
    const next = { pid: process.pid, startTicks: "1", socketPath: "next", dataRoot: "next" };
    // Stands for the old engine: its command line names this home, and its end overlaps with the next start.
    const script = `process.on("SIGTERM", () => { require("fs").writeFileSync(process.argv[1], process.argv[2]); process.exit(); }); console.log("up"); setInterval(() => {}, 1000);`;
    const old = spawn(process.execPath, ["-e", script, marker, JSON.stringify(next), path.join(folder, "engine")], { stdio: ["ignore", "pipe", "inherit"] });
    await once(old.stdout, "data");
    const stat = readFileSync(`/proc/${old.pid}/stat`, "utf8");
    const startTicks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    writeFileSync(marker, JSON.stringify({ pid: old.pid, startTicks, socketPath: "old", dataRoot: "old" }));
    expect(await stopEngine({ home: folder })).toBe(true);
    expect(JSON.parse(readFileSync(marker, "utf8"))).toEqual(next);
  });
});
