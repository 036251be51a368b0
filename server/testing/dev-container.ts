import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import type { TestEngine } from "./engine";

const execute = promisify(execFile);
const require = createRequire(import.meta.url);
const command = require.resolve("@devcontainers/cli/devcontainer.js");

type Engine = Pick<TestEngine, "socketPath" | "docker">;

/** The command with the engine that it is to use: it takes one from its environment alone. */
const words = ({ socketPath }: Engine, verb: "up" | "exec", folder: string): string[] => [
  `DOCKER_HOST=unix://${socketPath}`,
  process.execPath,
  command,
  ...[verb, "--workspace-folder", folder, "--user-data-folder", path.join(folder, ".cli-data")],
];

/** The dev container of a folder, opened by the specification's own command: what every editor that knows dev containers does. */
export class DevContainer {
  private constructor(
    private readonly engine: Engine,
    private readonly folder: string,
    readonly id: string,
    /** The folder inside that an editor would show. */
    readonly workspace: string,
  ) {}

  /** Makes and starts it. The folder must have a `.devcontainer/devcontainer.json`; a failure carries what the command said. */
  static async open(engine: Engine, folder: string): Promise<DevContainer> {
    const { stdout } = await execute("env", words(engine, "up", folder), { timeout: 300_000 });
    const said = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as { outcome?: string; containerId?: string; remoteWorkspaceFolder?: string };
    if (said.outcome !== "success" || said.containerId === undefined) throw new Error(`the dev container did not open: ${stdout}`);
    return new DevContainer(engine, folder, said.containerId, said.remoteWorkspaceFolder ?? "");
  }

  /** Runs a command inside, as a terminal of the editor would, and answers what it wrote. */
  async run(...inside: readonly string[]): Promise<string> {
    return (await execute("env", [...words(this.engine, "exec", this.folder), ...inside], { timeout: 60_000 })).stdout;
  }

  /** Starts a command that stays, until `stop` ends it. */
  start(...inside: readonly string[]): { said(): string; stop(): Promise<void> } {
    const child = spawn("env", [...words(this.engine, "exec", this.folder), ...inside], { stdio: ["ignore", "pipe", "pipe"] });
    let written = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (written += String(piece)));
    const ended = once(child, "exit");
    return {
      said: () => written,
      async stop() {
        child.kill("SIGKILL");
        await ended;
      },
    };
  }

  async address(): Promise<string> {
    const { NetworkSettings } = await this.engine.docker.getContainer(this.id).inspect();
    return Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "";
  }

  /** Removes it, and the image where the command built one for it. */
  async close(): Promise<void> {
    const container = this.engine.docker.getContainer(this.id);
    const { Config } = await container.inspect();
    await container.remove({ force: true });
    if (Config.Image.startsWith("vsc-")) await this.engine.docker.getImage(Config.Image).remove();
  }
}
