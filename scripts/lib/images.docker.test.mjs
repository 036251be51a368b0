import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureHostHaproxy } from "./haproxy.mjs";
import { buildImage, openLog, tarOf } from "./image-plans/build.mjs";
import { ensureGatewayImage, ensureImages, GATEWAY_UID, imageSettings, pipBuildArgs } from "./images.mjs";
import { killHard, outputOf, pidsOf, root, runToEnd, testDocker, until } from "./testing.mjs";

const docker = await testDocker();
const sandbox = {
  Init: true,
  ReadonlyRootfs: true,
  Tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=64m,mode=1777" },
  CapDrop: ["ALL"],
  SecurityOpt: ["no-new-privileges:true"],
  PidsLimit: 256,
};

describe.skipIf(!docker)("the platform images", () => {
  const engine = /** @type {import("dockerode")} */ (docker);
  /** @type {string} */
  let home;
  /** @type {import("./images.mjs").Images} */
  let images;
  /** @type {import("dockerode").Container[]} */
  const containers = [];
  /** @type {string[]} */
  const extraImages = [];
  /** @type {string[]} */
  const volumes = [];

  beforeAll(async () => {
    home = mkdtempSync(path.join(os.tmpdir(), "images-"));
    images = await ensureImages({ docker: engine, root, home });
  });
  afterAll(async () => {
    for (const container of containers) await container.remove({ force: true, v: true }).catch(() => {});
    for (const image of extraImages)
      await engine
        .getImage(image)
        .remove({ force: true })
        .catch(() => {});
    for (const volume of volumes) await engine.getVolume(volume).remove();
    rmSync(home, { recursive: true, force: true });
  });

  /** @param {import("dockerode").ContainerCreateOptions} options */
  async function create(options) {
    const container = await engine.createContainer(options);
    containers.push(container);
    return container;
  }

  async function createVolume() {
    const name = `sluice-test-${process.pid}-${volumes.length}`;
    await engine.createVolume({ Name: name });
    volumes.push(name);
    return name;
  }

  it("are found again without any work", async () => {
    /** @type {string[]} */
    const states = [];
    const again = await ensureImages({ docker: engine, root, home, onProgress: ({ state }) => states.push(state) });
    expect(again).toEqual(images);
    expect(new Set(states)).toEqual(new Set(["present"]));
  });

  it("serve a scoring script as an unprivileged user on a read-only root", async () => {
    const volume = await createVolume();
    const carrier = await create({ Image: images.inference, HostConfig: { Binds: [`${volume}:/var/azureml-app`] } });
    const script = "import json, os\ndef init():\n    pass\ndef run(data):\n    return {'uid': os.getuid(), 'sum': sum(json.loads(data)['x'])}\n";
    await carrier.putArchive(tarOf([{ name: "code/score.py", content: script }]), { path: "/var/azureml-app" });
    await carrier.remove({ force: true });
    const server = await create({
      Image: images.inference,
      Env: ["AML_APP_ROOT=/var/azureml-app/code", "AZUREML_ENTRY_SCRIPT=score.py"],
      HostConfig: { ...sandbox, Memory: 256 * 2 ** 20, Binds: [`${volume}:/var/azureml-app:ro`] },
    });
    await server.start();
    const address = (await server.inspect()).NetworkSettings.Networks["bridge"]?.IPAddress;
    try {
      await until(() => request(`http://${address}:5001/`), 30_000, "the server's answer");
    } catch (error) {
      throw new Error(`${/** @type {Error} */ (error).message}\n${await outputOf(server)}`);
    }
    const answer = await request(`http://${address}:5001/score`, JSON.stringify({ x: [1, 2, 3] }));
    expect(JSON.parse(answer)).toEqual({ uid: 1001, sum: 6 });
  });

  it("build an environment with scikit-learn from the generated Dockerfile", async () => {
    const ref = "sluice/environment-test:scikit-learn";
    extraImages.push(ref);
    const serving = path.join(root, "images/serving");
    const dockerfile = readFileSync(path.join(serving, "environment.Dockerfile"), "utf8").replaceAll("@BASE@", images.pythonBase);
    const log = openLog(home, "environment-test");
    const entries = [
      { name: "requirements.txt", content: "azureml-inference-server-http\nscikit-learn\n" },
      { name: "aml-start.sh", file: path.join(serving, "aml-start.sh"), mode: 0o755 },
    ];
    await buildImage({ docker: engine, ref, name: "environment-test", dockerfile, entries, buildargs: pipBuildArgs(imageSettings(process.env)), log });
    await log.close();
    const { code, output } = await runToEnd(engine, {
      Image: ref,
      Cmd: ["python", "-c", "import sklearn, azureml_inference_server_http; print(sklearn.__version__)"],
      HostConfig: { ...sandbox, NetworkMode: "none" },
    });
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^\d+\.\d+/) });
  });

  it("have the login of a package index while they are built, and no trace of it afterwards", async () => {
    const ref = "sluice/login-test:1";
    extraImages.push(ref);
    const log = openLog(home, "login-test");
    const settings = imageSettings({ SLUICE_PIP_INDEX_URL: "https://robot:s3cretw0rd@index.example/simple" });
    const dockerfile = `FROM ${images.base}\nARG SLUICE_PIP_INDEX_URL=\nRUN true \\\n && wc -w "$NETRC" && echo "$SLUICE_PIP_INDEX_URL"\n`;
    await buildImage({ docker: engine, ref, name: "login-test", dockerfile, entries: [], buildargs: pipBuildArgs(settings), log });
    await log.close();
    const written = readFileSync(log.file, "utf8");
    expect(written).toContain("6 /dev/shm/netrc\nhttps://index.example/simple");
    const image = engine.getImage(ref);
    const told = JSON.stringify([await image.inspect(), await image.history()]);
    expect(told).toContain("SLUICE_PIP_INDEX_URL=https://index.example/simple");
    expect(told + written).not.toContain("s3cretw0rd");
  });

  it("name the log and its last lines when a build fails", async () => {
    const log = openLog(home, "broken");
    const build = buildImage({
      docker: engine,
      ref: "sluice/broken:test",
      name: "broken",
      dockerfile: `FROM ${images.base}\nRUN echo told-why && exit 9\n`,
      entries: [],
      log,
    });
    await expect(build).rejects.toThrow(/Image broken: the build failed[\s\S]*told-why[\s\S]*logs\/images\/broken\.log/);
  });

  it("initialize a volume with no network and three capabilities", async () => {
    const volume = await createVolume();
    const binds = [`${volume}:/volume`];
    const data = "weights";
    const sha256 = spawnSync("sha256sum", { input: data, encoding: "utf8" }).stdout.slice(0, 64);
    const plan = { source: "/volume/.incoming", target: "/volume", files: [{ path: sha256, sha256, size: 7, target: "azureml-models/m/1/w.bin" }] };
    const container = await create({
      Image: images.initializer,
      Cmd: ["/volume/.plan.json"],
      HostConfig: { Binds: binds, NetworkMode: "none", CapDrop: ["ALL"], CapAdd: ["CHOWN", "DAC_OVERRIDE", "FOWNER"], SecurityOpt: ["no-new-privileges:true"] },
    });
    await container.putArchive(
      tarOf([
        { name: ".plan.json", content: JSON.stringify(plan) },
        { name: `.incoming/${sha256}`, content: data },
      ]),
      { path: "/volume" },
    );
    await container.start();
    expect((await container.wait()).StatusCode).toBe(0);
    const lines = (await outputOf(container))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).event);
    expect(lines).toEqual(["started", "verified", "placed", "done"]);
    const look = await runToEnd(engine, {
      Image: images.inference,
      Cmd: ["stat", "-c", "%u %a", "/volume/azureml-models/m/1/w.bin"],
      HostConfig: { ...sandbox, Binds: [`${volume}:/volume:ro`] },
    });
    expect(look.output.trim()).toBe("1001 444");
  });

  it("give HAProxy 3.4 in the gateway and on the host", async () => {
    const { output } = await runToEnd(engine, { Image: images.gateway, Entrypoint: ["haproxy", "-vv"], HostConfig: { NetworkMode: "none" } });
    expect(output).toMatch(/HAProxy version 3\.4\.\d/);
    for (const feature of ["+LUA", "+OPENSSL", "+PCRE2"]) expect(output).toContain(feature);
    const program = await ensureHostHaproxy({ home, docker: engine, image: images.gateway });
    expect(spawnSync(program, ["-v"], { encoding: "utf8" }).stdout).toMatch(/HAProxy version 3\.4\.\d/);
    expect(await ensureHostHaproxy({ home, docker: engine, image: images.gateway })).toBe(program);
  });

  it("take images named by settings as they are, and refuse a gateway with another proxy", async () => {
    const log = openLog(home, "node-test");
    const nodeImage = `sluice/node-test:${process.pid}`;
    extraImages.push(nodeImage);
    await buildImage({
      docker: engine,
      ref: nodeImage,
      name: "node-test",
      dockerfile: "FROM scratch\nCOPY node /usr/local/bin/node\n",
      entries: [{ name: "node", content: "" }],
      log,
    });
    await log.close();
    const env = { SLUICE_GATEWAY_IMAGE: images.base, SLUICE_NODE_IMAGE: nodeImage };
    await expect(ensureGatewayImage({ docker: engine, root, home, env })).rejects.toThrow(
      /HAProxy is not readable, but Sluice needs 3\.4[\s\S]*SLUICE_GATEWAY_IMAGE[\s\S]*gateway\.log/,
    );
    const absent = { SLUICE_GATEWAY_IMAGE: "sluice/absent:1", SLUICE_REGISTRY_PULL: "never" };
    await expect(ensureGatewayImage({ docker: engine, root, home, env: absent })).rejects.toThrow(/sluice\/absent:1 is not on this engine/);
  });

  it("keep HAProxy, the agent and the mirror as siblings: the death of one leaves the others, and it comes back", async () => {
    const gatewayDir = path.join(home, "gateway");
    mkdirSync(path.join(gatewayDir, "current"), { recursive: true });
    const port = 20_000 + (process.pid % 10_000);
    const config = `global\n  hard-stop-after 5s\ndefaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 1s\nfrontend f\n  bind 127.0.0.1:${port}\n  http-request return status 200 content-type text/plain string ok\n`;
    const gatewayPrograms = ["agent", "mirror"].map((name) => path.join(home, `gateway-${name}.mjs`));
    for (const file of gatewayPrograms) writeFileSync(file, "setInterval(() => {}, 1000);\n");
    const image = await ensureGatewayImage({ docker: engine, root, home, gatewayPrograms });
    extraImages.push(image);
    for (const folder of [gatewayDir, path.join(gatewayDir, "current")]) chownSync(folder, GATEWAY_UID, GATEWAY_UID);
    const container = await create({
      Image: image,
      HostConfig: { ...sandbox, NetworkMode: "host", Binds: [`${gatewayDir}:/var/lib/sluice-gateway`], RestartPolicy: { Name: "unless-stopped" } },
    });
    await container.start();
    const agents = () => pidsOf(container, "/usr/bin/node /opt/sluice/gateway-agent.mjs");
    const mirrors = () => pidsOf(container, "/usr/bin/node /opt/sluice/gateway-mirror.mjs");
    const proxies = () => pidsOf(container, "haproxy -W");
    // The agent comes first: it writes the configuration that the proxy waits for.
    const agent = (await until(agents, 10_000, "the agent"))[0];
    expect(await proxies()).toEqual([]);
    writeFileSync(path.join(gatewayDir, "current/haproxy.cfg"), config);
    const url = `http://127.0.0.1:${port}/`;
    await until(() => request(url), 10_000, "the proxy's answer");

    const before = await proxies();
    const mirror = (await until(mirrors, 5000, "the mirror"))[0];
    killHard(mirror);
    await until(async () => (await mirrors()).some((pid) => pid !== mirror), 5000, "the mirror's return");
    expect(await proxies()).toEqual(before);
    killHard(agent);
    const nextAgent = (await until(async () => (await agents()).filter((pid) => pid !== agent), 5000, "the agent's return"))[0];
    expect(await request(url)).toBe("ok");
    expect(await proxies()).toEqual(before);

    // Master and worker: the lowest pid is the master.
    killHard(Math.min(...before));
    await until(async () => (await proxies()).filter((pid) => !before.includes(pid)), 5000, "the proxy's return");
    await until(() => request(url), 5000, "the proxy's answer");
    await until(async () => !(await proxies()).some((pid) => before.includes(pid)), 10_000, "the old worker's end");
    expect(await agents()).toEqual([nextAgent]);

    // The supervisor's own death ends the container, and the engine starts it again.
    killHard((await pidsOf(container, "node /opt/sluice/start.mjs"))[0]);
    await until(async () => (await container.inspect()).RestartCount === 1 && request(url), 20_000, "the container's return");

    await container.stop({ t: 10 });
    expect((await container.inspect()).State.ExitCode).toBe(0);
  });
});

/** @param {string} url @param {string} [body] @returns {Promise<string>} */
function request(url, body) {
  return new Promise((resolve, reject) => {
    const call = http.request(
      url,
      { method: body === undefined ? "GET" : "POST", timeout: 5000, headers: { "content-type": "application/json" } },
      (response) => {
        let text = "";
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`${response.statusCode}: ${text}`))));
      },
    );
    call.on("timeout", () => call.destroy(new Error("no answer")));
    call.on("error", reject);
    call.end(body);
  });
}
