import { GrpcModel, type SeenCall } from "#server/testing/grpc/model";
import { TestGateway } from "#server/testing/haproxy";
import { clientRoutingKey, farOff, routingDeployment, routingEndpoint, routingKey, routingLimits, routingRevision } from "#server/testing/routing";
import type { Doors } from "./client";
import { EchoModel, type Echo } from "./echo-model";
import { peopleTrust, tokensTrust } from "./tokens";
import { wayEndpoints } from "./way-endpoints";

type Overrides = Parameters<typeof routingDeployment>[2];

/** Deployments of the endpoint `demo`; only blue has weight, the others are reached by their names. */
const demo: Readonly<Record<string, Overrides>> = {
  blue: { requestTimeoutMs: 20_000, maxBodyBytes: 200_000 },
  green: {},
  hasty: { requestTimeoutMs: 400, queueTimeoutMs: 300 },
  single: { maxConcurrentRequestsPerInstance: 1, queueTimeoutMs: 300, requestTimeoutMs: 10_000 },
  tiny: { maxBodyBytes: 1000 },
  tensor: { scoringPath: "/v1/models/half:predict", scoringRoutes: ["/v1/models/half/metadata"] },
  prefixed: { scoringPath: "/v2/models/m/infer", pathPrefix: "/v2" },
  chat: { scoringPath: "/v1/chat/completions", pathPrefix: "/" },
};

/** Deployments of the endpoint `talk`, whose models take calls of gRPC. */
const talk: Readonly<Record<string, Overrides>> = {
  "talk-blue": { requestTimeoutMs: 20_000, maxBodyBytes: 1000 },
  "talk-hasty": { requestTimeoutMs: 400 },
};

/** Deployments without a model that could answer. */
const broken: Readonly<Record<string, Overrides>> = {
  empty: { queueTimeoutMs: 300 },
  gone: { queueTimeoutMs: 300, instances: [{ id: "ins_gone", address: "127.0.0.2", port: 9, mode: "serve", http2: false }] },
};

/** Named client keys of the endpoint `demo`. */
const clientKeys = [
  clientRoutingKey("slk_free", "batch", { mayPin: true }),
  clientRoutingKey("slk_plain", "plain"),
  clientRoutingKey("slk_past", "past", { notAfter: 1_700_000_000_000 }),
  clientRoutingKey("slk_later", "later", { notAfter: farOff }),
  clientRoutingKey("slk_spent", "spent", { blockedUntil: farOff, dailyQuota: 100 }),
];

/** Endpoints with limits, by name. */
const limits: Readonly<Record<string, Parameters<typeof routingLimits>[0]>> = {
  narrow: { bodyBytes: 50, uriBytes: 50, headerBytes: 500 },
  rate: { requestsPerSecond: 1 },
  connection: { connections: 1 },
  newcomer: { newConnectionsPerSecond: 1 },
  slow: { bandwidthBytesPerSecond: 10_000 },
};

/** A gateway with two endpoints that have models of their own, some with limits, one without traffic, one for gRPC, and three whose callers have tokens. */
export class WireWorld {
  private constructor(
    readonly gateway: TestGateway,
    readonly models: ReadonlyMap<string, EchoModel>,
    private readonly grpcModels: readonly GrpcModel[],
  ) {}

  static async start(): Promise<WireWorld> {
    const gateway = await TestGateway.start();
    const models = new Map<string, EchoModel>();
    const served = async (name: string, overrides: Overrides = {}) => {
      const model = await new EchoModel(name).start();
      models.set(name, model);
      return routingDeployment(name, [model.port], overrides);
    };
    const deployments = [];
    for (const [name, overrides] of Object.entries(demo)) deployments.push(await served(name, overrides));
    for (const [name, overrides] of Object.entries(broken)) deployments.push(routingDeployment(name, [], overrides));
    const other = await served("red", { maxBodyBytes: 104_857_600 });
    const grpcModels: GrpcModel[] = [];
    const talking = [routingDeployment("talk-empty", [], { http2: true, queueTimeoutMs: 300 }), await served("talk-plain", {})];
    for (const [name, overrides] of Object.entries(talk)) {
      const model = await new GrpcModel(name).start();
      grpcModels.push(model);
      talking.push(routingDeployment(name, [model.port], { http2: true, ...overrides }));
    }
    const limited = [];
    for (const [name, own] of Object.entries(limits)) {
      const deployment = await served(`${name}-blue`, {});
      const overrides = { id: `ep_${name}`, name, keys: [routingKey("key-1")], limits: routingLimits(own) };
      limited.push(routingEndpoint([deployment], { [`${name}-blue`]: 100 }, overrides));
    }
    const sleeper = await served("sleeper", {});
    const [violet, indigo, olive] = [await served("violet", {}), await served("indigo", {}), await served("olive", {})];
    const keys = [routingKey("key-1", "primary"), routingKey("key-2", "secondary"), ...clientKeys];
    await gateway.program(
      routingRevision(1, [
        routingEndpoint(deployments, { blue: 100 }, { keys }),
        routingEndpoint([other], { red: 100 }, { id: "ep_other", name: "other", keys: [routingKey("key-other")] }),
        routingEndpoint([sleeper], {}, { id: "ep_idle", name: "idle", keys: [routingKey("key-1")] }),
        ...limited,
        routingEndpoint([violet], { violet: 100 }, { id: "ep_tokens", name: "tokens", authMode: "aml_token", keys: [], trusts: [tokensTrust("ep_tokens")] }),
        routingEndpoint([indigo], { indigo: 100 }, { id: "ep_people", name: "people", authMode: "aad_token", keys: [], trusts: [peopleTrust] }),
        routingEndpoint(
          [olive],
          { olive: 100 },
          { id: "ep_moving", name: "moving", authMode: "aml_token", keys: [routingKey("key-1")], keysUntil: farOff, trusts: [tokensTrust("ep_moving")] },
        ),
        ...(await wayEndpoints(served, [await gateway.offerCertificate("score.acme.example")])),
        routingEndpoint(talking, { "talk-blue": 100 }, { id: "ep_talk", name: "talk", keys: [routingKey("key-1"), ...clientKeys] }),
      ]),
    );
    return new WireWorld(gateway, models, grpcModels);
  }

  get doors(): Doors {
    return { tls: this.gateway.settings.bind.port, plain: this.gateway.settings.plainHttp?.port ?? 0 };
  }

  /** What the models saw since it was asked last. */
  takeSeen(): Echo[] {
    return [...this.models.values()].flatMap((model) => model.seen.splice(0));
  }

  /** What the models of `talk` were called since it was asked last. */
  takeCalls(): SeenCall[] {
    return this.grpcModels.flatMap((model) => model.seen.splice(0));
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await Promise.all([...this.models.values()].map((model) => model.stop()));
    await Promise.all(this.grpcModels.map((model) => model.stop()));
  }
}
