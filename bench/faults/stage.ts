import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { InstanceDto } from "#server/contract/deployment";
import { until } from "../../playwright/fixtures/until";
import type { World } from "../../playwright/fixtures/world";
import { LoadProcess } from "./load/client";
import type { LoadOrder } from "./load/protocol";

const modelFile = fileURLToPath(new URL("./model/server.py", import.meta.url));
const modelPort = 8000;

export interface ModelWish {
  readonly delayMs?: number;
  readonly instances?: number;
  readonly concurrency?: number;
  readonly queueWaitMs?: number;
  readonly requestTimeoutMs?: number;
  readonly probePeriodSeconds?: number;
}

/** What one load calls and how often. */
export interface LoadSpec {
  readonly name: string;
  readonly endpoint: string;
  readonly perSecond: number;
  readonly timeoutMs?: number;
  readonly key?: string;
  readonly freshConnections?: boolean;
}

export interface ModelCounters {
  readonly started: number;
  readonly finished: number;
  readonly cancelled: number;
  readonly late: number;
  readonly startedIds: Readonly<Record<string, number>>;
}

/** Ample, so that a machine that pauses for a second does not look like an overload. */
const standingConcurrency = 64;
const quietModel = { status: 200, factor: 1, flood: 0 };

/** The product with two endpoints of two instances each, one of 5 ms and one of 200 ms, and a load process: what every fault plays on. */
export class Stage {
  readonly load = new LoadProcess();
  quick = "";
  slow = "";
  /** An endpoint that nobody calls, whose split may be changed at will. */
  private spare = "";
  /** Longest time from an instance's row to its readiness when the stage was set: what a replacement may take beside noticing. */
  modelLoadMs = 0;

  private constructor(
    readonly world: World,
    readonly rates: { readonly quick: number; readonly slow: number },
    private readonly environment: string,
    readonly image: string,
  ) {}

  static async open(world: World, rates: { readonly quick: number; readonly slow: number }): Promise<Stage> {
    const source = readFileSync(modelFile, "utf8");
    const base = await world.engine.inferenceImage();
    const image = `sluice-bench-${world.product.installationId}/model:${createHash("sha256").update(base).update(source).digest("hex").slice(0, 12)}`;
    await world.engine.buildImage(image, `FROM ${base}\nCOPY server.py /srv/server.py\nCMD ["python", "-u", "/srv/server.py"]\n`, { "server.py": source });
    const route = (path: string) => ({ path, port: modelPort });
    const inferenceConfig = { liveness: route("/"), readiness: route("/"), scoring: route("/score") };
    const { id } = await world.api.createEnvironment({ name: "bench-model", image, inferenceConfig });
    const stage = new Stage(world, rates, id, image);
    [stage.quick, stage.slow, stage.spare] = await Promise.all([
      stage.serve("quick", { delayMs: 5, instances: 2 }),
      stage.serve("slow", { delayMs: 200, instances: 2 }),
      stage.serve("spare", {}),
    ]);
    const ready = [...(await stage.instances(stage.quick)), ...(await stage.instances(stage.slow))];
    stage.modelLoadMs = Math.max(...ready.map(({ createdAt, readyAt }) => (readyAt ?? createdAt) - createdAt));
    return stage;
  }

  /** Asks for a deployment of the bench's model without waiting for it. */
  async deploy(endpoint: string, name: string, wish: ModelWish): Promise<void> {
    const period = wish.probePeriodSeconds ?? 1;
    await this.world.api.createDeployment(endpoint, {
      name,
      environment: this.environment,
      instanceType: "sluice.nano",
      instanceCount: wish.instances ?? 1,
      environmentVariables: { MARKER: name, DELAY_MS: String(wish.delayMs ?? 5) },
      requestSettings: {
        requestTimeoutMs: wish.requestTimeoutMs ?? 5000,
        maxConcurrentRequestsPerInstance: wish.concurrency ?? standingConcurrency,
        maxQueueWaitMs: wish.queueWaitMs ?? 5000,
      },
      readinessProbe: { initialDelaySeconds: 1, periodSeconds: period, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 3 },
      livenessProbe: { initialDelaySeconds: 5, periodSeconds: 10, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 30 },
    });
  }

  /** An endpoint whose only deployment `blue` is ready and has all traffic. */
  async serve(prefix: string, wish: ModelWish): Promise<string> {
    const endpoint = await this.world.endpoint(prefix);
    await this.deploy(endpoint, "blue", wish);
    await this.world.api.ready(endpoint, "blue");
    await this.world.api.setTraffic(endpoint, { blue: 100 });
    return endpoint;
  }

  /** Changes a split, so that a revision has to be published, and waits until every gateway has it in force: milliseconds from the wish to that. */
  async changeRouting(): Promise<number> {
    const { traffic } = await this.world.api.endpoint(this.spare);
    const { receipt } = await this.world.api.setTraffic(this.spare, traffic["blue"] === 100 ? {} : { blue: 100 });
    if (receipt.state !== "applied") throw new Error(`a change of routing was ${receipt.state}`);
    return receipt.durationMs ?? Infinity;
  }

  /** Ready instances of a deployment. */
  async instances(endpoint: string, deployment = "blue"): Promise<readonly InstanceDto[]> {
    const { instances } = await this.world.api.deployment(endpoint, deployment);
    return instances.filter(({ ready, removedAt }) => ready && removedAt === null);
  }

  /** Waits until exactly so many instances are ready, none of them excluded. */
  whole(endpoint: string, count: number, without = "", limitMs = 90_000): Promise<readonly InstanceDto[]> {
    const look = async () => {
      const ready = await this.instances(endpoint);
      return ready.length === count && ready.every(({ id }) => id !== without) ? ready : null;
    };
    return until(`${String(count)} ready instances of ${endpoint}`, look, { limitMs, everyMs: 100 });
  }

  /** One of the two quick instances. */
  async victim(): Promise<InstanceDto> {
    const [first] = await this.whole(this.quick, 2);
    if (first === undefined) throw new Error("there is no instance");
    return first;
  }

  private async call<T>(instance: InstanceDto, path: string, body?: unknown): Promise<T> {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const answer = await fetch(`http://${instance.address ?? ""}${path}`, { ...init, signal: AbortSignal.timeout(5000) });
    return (await answer.json()) as T;
  }

  /** Changes how one instance behaves from now on. */
  switch = (instance: InstanceDto, settings: Readonly<Record<string, number>>) => this.call<unknown>(instance, "/switch", settings);
  calm = (instance: InstanceDto) => this.switch(instance, quietModel);
  counters = (instance: InstanceDto) => this.call<ModelCounters>(instance, "/counters");

  /** How the model names an instance in its answers. */
  async answerName(instance: InstanceDto): Promise<string> {
    return (await this.world.engine.instance(instance.id).inspect()).Id.slice(0, 12);
  }

  standing(): readonly LoadSpec[] {
    return [
      { name: "5 ms", endpoint: this.quick, perSecond: this.rates.quick },
      { name: "200 ms", endpoint: this.slow, perSecond: this.rates.slow },
    ];
  }

  async order(spec: LoadSpec): Promise<LoadOrder> {
    const { gatewayUrl, caFile } = this.world.product;
    const key = spec.key ?? (await this.world.api.keys(spec.endpoint)).primaryKey;
    const target = { gatewayUrl, caFile, endpoint: spec.endpoint, key, freshConnections: spec.freshConnections ?? false };
    return { target, perSecond: spec.perSecond, timeoutMs: spec.timeoutMs ?? 30_000 };
  }

  /** Ends the load and the image; endpoints are the world's to remove. */
  async close(): Promise<void> {
    this.load.close();
    await this.world.close();
    await this.world.engine.docker.getImage(this.image).remove({ force: true });
  }
}
