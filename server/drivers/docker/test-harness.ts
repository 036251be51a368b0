import { randomBytes, createHash } from "node:crypto";
import { pack } from "tar-stream";
import { reapInstallation, type TestEngine } from "#server/testing/engine";
import { startRegistry } from "#server/testing/registry";
import { systemClock } from "#server/kernel/clock";
import type { NetworkSpec, StageSpec } from "../compute-driver";
import type { DriverHarness, Program } from "../contract/harness";
import { carrierBody, initializerBody } from "./config";
import { createDockerDriver } from "./driver";
import { Ownership } from "./labels";

/** One file that can behave in every way of the suite; Python, because the platform's own base has it. */
const programText = `import http.server, os, signal, sys, time
mode = sys.argv[1]
print("out line", flush=True)
print("err line", file=sys.stderr, flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if mode == "hanging":
            time.sleep(60)
        self.send_response(200 if self.path == "/" else 404)
        self.end_headers()
    def log_message(self, *_):
        pass
if mode == "describe":
    shared = os.statvfs("/dev/shm")
    print(f"user {os.getuid()}:{os.getgid()}, shared memory {shared.f_blocks * shared.f_frsize // 2**20} MiB", flush=True)
if mode == "exit":
    sys.exit(int(sys.argv[2]))
if mode == "out-of-memory":
    hog = []
    while True:
        hog.append(bytearray(1024 * 1024))
signal.signal(signal.SIGTERM, signal.SIG_IGN if mode == "stubborn" else lambda *_: os._exit(0))
http.server.ThreadingHTTPServer(("", 5001), Handler).serve_forever()
`;

/** An image of this Dockerfile and these files. */
export async function buildText(engine: TestEngine, tag: string, dockerfile: string, files: Readonly<Record<string, string>>): Promise<string> {
  const archive = pack();
  for (const [name, content] of Object.entries({ Dockerfile: dockerfile, ...files })) archive.entry({ name }, content);
  archive.finalize();
  const stream = await engine.docker.buildImage(archive as unknown as NodeJS.ReadableStream, { t: tag, rm: true, forcerm: true });
  await new Promise<void>((resolve, reject) => {
    engine.docker.modem.followProgress(stream, (error, events: { error?: string }[]) => {
      const failure = error?.message ?? events.find((event) => event.error !== undefined)?.error;
      if (failure === undefined) resolve();
      else reject(new Error(failure));
    });
  });
  return tag;
}

/** The suite's program on the platform's Python base; labels of ours on it try to mislead the driver. */
export function programImage(engine: TestEngine): Promise<string> {
  const dockerfile = `FROM ${engine.images.python}\nCOPY program.py /program.py\nLABEL io.sluice.installation=forged io.sluice.kind=instance io.sluice.instance=forged io.sluice.deployment=forged\nCMD ["python", "/program.py", "serve"]\n`;
  const hash = createHash("sha256").update(dockerfile).update(programText).digest("hex").slice(0, 12);
  return buildText(engine, `sluice-test/program:${hash}`, dockerfile, { "program.py": programText });
}

function commandOf(program: Program): readonly string[] {
  if (program.kind === "missing-binary") return ["/no/such/program"];
  return ["python", "/program.py", program.kind, ...(program.kind === "exit" ? [String(program.code)] : [])];
}

/** An installation of its own per harness; everything it made is removed by `dispose`. */
export function createDockerHarness(engine: TestEngine, image: string): DriverHarness & { readonly installation: string } {
  const installation = `t${randomBytes(5).toString("hex")}`;
  const own = new Ownership(installation);
  // 64 subnets in a block that neither an installation nor another suite draws from; drawn, because runs may overlap.
  const block = 30 + ((randomBytes(1)[0] ?? 0) % 70);
  const subnets = new Map<string, number>();
  const open = () => createDockerDriver({ socketPath: engine.socketPath, installation, clock: systemClock });

  const runIn = async (volume: string, script: string): Promise<string> => {
    const container = await engine.docker.createContainer({
      Image: image,
      Cmd: ["python", "-c", script],
      User: "0:0",
      Labels: { "io.sluice.installation": installation, "io.sluice.kind": "test" },
      HostConfig: { NetworkMode: "none", Mounts: [{ Type: "volume", Source: volume, Target: "/stage" }] },
    });
    await container.start();
    await container.wait();
    const output = await container.logs({ stdout: true, stderr: true, follow: false });
    await container.remove();
    // One frame per write; the eight header bytes hold no line of ours.
    return output.toString("latin1").replace(/[\u0000-\u0002]\u0000\u0000\u0000[\s\S]{4}/g, "");
  };

  return {
    installation,
    driver: open(),
    reopen: open,
    network(deploymentId): NetworkSpec & { addressOf: (host: number) => string } {
      const index = subnets.get(deploymentId) ?? subnets.size;
      subnets.set(deploymentId, index);
      const prefix = `10.${String(block)}.${String(index)}`;
      return { deploymentId, subnet: `${prefix}.0/26`, gateway: `${prefix}.1`, addressOf: (host) => `${prefix}.${String(host)}` };
    },
    program: (program) => ({ image, command: commandOf(program), environment: { PYTHONUNBUFFERED: "1" } }),
    initializerImage: engine.images.initializer,
    buildBase: `FROM ${engine.images.python}`,
    platformImage: (name) =>
      buildText(engine, `sluice/${name}:test`, `FROM ${image}\nLABEL io.sluice.image=${name} io.sluice.installation=${installation}\n`, {}),
    imageWithPackages: () => Promise.resolve({ reference: engine.images.inference, names: ["azureml-inference-server-http", "libc6", "uv"] }),
    openRegistry: () => startRegistry(engine, installation),
    async halfFill(spec: StageSpec) {
      const name = own.volumeName(spec.deploymentId, spec.contentHash);
      await engine.docker.createVolume({ Name: name, Labels: { ...own.volumeLabels(spec) } });
      await runIn(
        name,
        "import os; os.makedirs('/stage/.incoming'); open('/stage/.incoming/half', 'w').write('x'); os.makedirs('/stage/onlinescoring'); open('/stage/onlinescoring/old.py', 'w').write('x')",
      );
      await engine.docker.createContainer(carrierBody(spec, name, own));
      await (await engine.docker.createContainer(initializerBody(spec, name, own))).start();
    },
    async listVolume(volume) {
      const script =
        "import os\nfor folder, _, files in os.walk('/stage'):\n  for name in files:\n    path = os.path.join(folder, name)\n    if '/.' not in path: print(os.path.relpath(path, '/stage'), os.path.getsize(path))";
      return (await runIn(volume, script))
        .split("\n")
        .filter((line) => line !== "")
        .sort();
    },
    dispose: () => reapInstallation(engine.docker, installation),
  };
}
