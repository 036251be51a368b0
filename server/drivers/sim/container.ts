import type { Clock } from "#server/kernel/clock";
import type { ContainerPhase, InstanceEventKind, InstanceObservation, InstanceRunSpec, LogLine, StatsSample } from "../compute-driver";
import type { SimBehaviour } from "./behaviour";
import { SimServer, type SimServerHost } from "./server";

const killedExitCode = 137;

function describe({ user, sharedMemoryMib }: InstanceRunSpec): string {
  const { uid, gid } = user ?? { uid: 1001, gid: 1001 };
  return `user ${String(uid)}:${String(gid)}, shared memory ${String(sharedMemoryMib ?? 64)} MiB`;
}

/** One simulated container: a state machine by the world's clock, with a real HTTP server on loopback. */
export class SimContainer implements SimServerHost {
  phase: ContainerPhase = "created";
  exitCode: number | null = null;
  outOfMemory = false;
  error = "";
  startedAt: number | null = null;
  finishedAt: number | null = null;
  readonly lines: LogLine[] = [];
  #server: SimServer | null = null;
  #port = 0;
  #requests = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  readonly #ended = new AbortController();
  #watchers: (() => void)[] = [];

  constructor(
    readonly spec: InstanceRunSpec,
    readonly containerId: string,
    private readonly behaviour: SimBehaviour,
    private readonly clock: Clock,
    private readonly emit: (kind: InstanceEventKind) => void,
  ) {}

  async open(): Promise<void> {
    this.#server = await SimServer.open(this);
    this.#port = this.#server.port;
  }

  get endpointName(): string {
    return this.spec.endpointName;
  }
  get deploymentName(): string {
    return this.spec.deploymentName;
  }
  get instanceId(): string {
    return this.spec.instanceId;
  }
  get port(): number {
    return this.#port;
  }
  get delayMs(): number {
    return this.behaviour.delayMs;
  }
  get status(): number {
    return this.behaviour.status;
  }
  get endSignal(): AbortSignal {
    return this.#ended.signal;
  }
  isRunning(): boolean {
    return this.phase === "running";
  }
  isReady(): boolean {
    return this.isRunning() && !this.behaviour.neverReady && this.clock.now() - (this.startedAt ?? Infinity) >= this.behaviour.readyAfterMs;
  }
  onRequest(line: string, bytesIn: number, bytesOut: number): void {
    this.#requests += 1;
    this.#bytesIn += bytesIn;
    this.#bytesOut += bytesOut;
    if (!line.startsWith("GET / ")) this.log(line);
  }

  /** False when the behaviour forbids starting; the reason stays as the container's error. */
  start(): boolean {
    if (this.phase === "running") return true;
    if (this.behaviour.startError !== null) {
      this.error = this.behaviour.startError;
      this.exitCode = 128;
      return false;
    }
    this.phase = "running";
    this.startedAt = this.clock.now();
    this.emit("started");
    this.log(`Listening for ${this.deploymentName}`);
    for (const line of this.behaviour.logs) this.log(line.replace(/^!/, ""), line.startsWith("!") ? "stderr" : "stdout");
    if (this.behaviour.describe) this.log(describe(this.spec));
    if ((this.behaviour.memoryMib ?? 0) > this.spec.memoryMib) this.end(killedExitCode, true);
    else if (this.behaviour.exitAfterMs !== null) void this.#endLater(this.behaviour.exitAfterMs);
    return true;
  }

  async stop(graceMs: number): Promise<void> {
    if (!this.isRunning()) return;
    if (this.behaviour.ignoreStop) {
      // Ends at once when it ends by itself in the meantime.
      await this.clock.sleep(graceMs, this.endSignal).catch(() => undefined);
      this.end(killedExitCode);
      return;
    }
    const drained = this.#server?.drain().then(() => true);
    const inTime = await Promise.race([
      drained,
      this.clock.sleep(graceMs, this.endSignal).then(
        () => false,
        () => true,
      ),
    ]);
    this.end(inTime === false ? killedExitCode : 0);
  }

  /** As the kernel ends it. */
  end(exitCode: number, outOfMemory = false): void {
    if (!this.isRunning()) return;
    this.phase = "exited";
    this.exitCode = exitCode;
    this.outOfMemory = outOfMemory;
    this.finishedAt = this.clock.now();
    this.close();
    if (outOfMemory) this.emit("out_of_memory");
    this.emit("exited");
  }

  close(): void {
    this.#server?.kill();
    this.#ended.abort();
    this.#wake();
  }

  log(text: string, stream: LogLine["stream"] = "stdout"): void {
    this.lines.push({ at: this.clock.now(), stream, text });
    this.#wake();
  }

  /** Resolves at the next line, at the end, or when the signal aborts. */
  nextChange(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.push(resolve);
      signal?.addEventListener(
        "abort",
        () => {
          resolve();
        },
        { once: true },
      );
    });
  }

  observation(): InstanceObservation {
    return {
      instanceId: this.spec.instanceId,
      deploymentId: this.spec.deploymentId,
      specHash: this.spec.specHash,
      containerId: this.containerId,
      phase: this.phase,
      address: "127.0.0.1",
      port: this.port,
      exitCode: this.exitCode,
      outOfMemory: this.outOfMemory,
      error: this.error,
      startedAt: this.startedAt,
      finishedAt: this.finishedAt,
    };
  }

  sample(): StatsSample {
    const busy = Math.min(1, this.#requests / 1000);
    return {
      at: this.clock.now(),
      cpuCores: this.spec.cpuCores * (0.01 + 0.5 * busy),
      memoryBytes: Math.round((this.behaviour.memoryMib ?? this.spec.memoryMib * 0.4) * 1024 * 1024),
      memoryLimitBytes: this.spec.memoryMib * 1024 * 1024,
      networkRxBytes: this.#bytesIn,
      networkTxBytes: this.#bytesOut,
    };
  }

  async #endLater(afterMs: number): Promise<void> {
    try {
      await this.clock.sleep(afterMs, this.endSignal);
    } catch {
      return;
    }
    this.end(this.behaviour.outOfMemory ? killedExitCode : this.behaviour.exitCode, this.behaviour.outOfMemory);
  }

  #wake(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }
}
