import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gatewayLayout, type GatewayLayout } from "#server/gateway/layout";
import { gatewaySettingsSchema } from "#server/gateway/settings";
import { loadTestEnvironment } from "#server/kernel/env";
import { freePorts } from "./free-ports";
import { selfSignedPem, TestProxy, until } from "./haproxy";
import { SocketLine } from "./socket-line";

export interface GatewayPlace {
  readonly gatewayId: string;
  readonly token: string;
  /** Socket of the gateway API. */
  readonly apiSocket: string;
}

/** One of several gateways on this machine: its agent is a process of its own, as in its container, and its line to the control plane can be cut. */
export class GatewayProcesses {
  readonly layout: GatewayLayout;
  readonly line: SocketLine;
  private readonly proxy: TestProxy;
  private agent: ChildProcess | null = null;

  private constructor(
    readonly id: string,
    readonly url: string,
    private readonly directory: string,
    private readonly haproxy: string,
    apiSocket: string,
  ) {
    this.layout = gatewayLayout(directory);
    this.line = new SocketLine(join(directory, "api.sock"), apiSocket);
    this.proxy = new TestProxy(haproxy, this.layout);
  }

  /** Writes its folder, with ports of its own, and starts it. */
  static async start({ gatewayId, token, apiSocket }: GatewayPlace): Promise<GatewayProcesses> {
    const { haproxy } = loadTestEnvironment();
    if (haproxy === null) throw new Error("SLUICE_TEST_HAPROXY is not set: the gateway tests need HAProxy 3.4");
    const directory = mkdtempSync(join(tmpdir(), "sluice-gateway-"));
    for (const folder of ["tls", "bin"]) mkdirSync(join(directory, folder));
    writeFileSync(join(directory, "tls/gateway.pem"), await selfSignedPem());
    writeFileSync(join(directory, "token"), token, { mode: 0o600 });
    const [port = 0, plain = 0] = await freePorts(2);
    const paths = { apiSocket: join(directory, "api.sock"), token: join(directory, "token") };
    const settings = { gatewayId, name: gatewayId.replace(/^gw_/, ""), bind: { address: "127.0.0.1", port }, plainHttp: { port: plain }, paths };
    writeFileSync(join(directory, "settings.json"), JSON.stringify(gatewaySettingsSchema.parse(settings)));
    const gateway = new GatewayProcesses(gatewayId, `http://127.0.0.1:${String(plain)}`, directory, haproxy, apiSocket);
    gateway.setFit(true);
    await gateway.line.open();
    gateway.startAgent();
    await until("the files of a first start", () => existsSync(join(gateway.layout.current, "haproxy.cfg")), 30_000);
    await gateway.proxy.start();
    return gateway;
  }

  /** Whether its proxy's binary finds configurations sound: the binary of a host may be broken while the running proxy serves. */
  setFit(fit: boolean): void {
    const file = join(this.directory, "bin/haproxy");
    writeFileSync(file, fit ? `#!/bin/sh\nexec "${this.haproxy}" "$@"\n` : "#!/bin/sh\necho 'a library is missing' >&2\nexit 127\n");
    chmodSync(file, 0o755);
  }

  startAgent(): void {
    this.agent = spawn(
      "/usr/bin/env",
      [`PATH=${join(this.directory, "bin")}:/usr/bin:/bin`, process.execPath, "--import", "tsx", "server/processes/gateway-agent.ts"],
      {
        env: { NODE_ENV: "test", SLUICE_GATEWAY_DIR: this.directory, SLUICE_LOG_LEVEL: "fatal" },
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
  }

  /** Only the proxy, from the files as they are: its container does not wait for the agent either. */
  startProxy(): Promise<void> {
    return this.proxy.start();
  }

  /** SIGKILL to all of it. */
  async kill(): Promise<void> {
    const { agent } = this;
    this.agent = null;
    if (agent?.exitCode === null && agent.signalCode === null) {
      agent.kill("SIGKILL");
      await once(agent, "exit");
    }
    await this.proxy.kill();
  }

  /** Every file that it wrote about routing, in force and before. */
  snapshots(): string {
    const files = readdirSync(this.directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.parentPath.includes("/rev-"));
    return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")).join("\n");
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.line.cut();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
