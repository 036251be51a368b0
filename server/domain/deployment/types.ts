import type { HttpRoute, ProbeSettings } from "../probe/types";

/** Azure's request settings, in milliseconds, and what the gateway can do beside them. */
export interface RequestSettings {
  readonly requestTimeoutMs: number;
  readonly maxConcurrentRequestsPerInstance: number;
  readonly maxQueueWaitMs: number;
  /** Connections to instances are used again. */
  readonly keepAlive: boolean;
  /** Over how long the limit of a new instance grows; 0 for at once. */
  readonly slowStartSeconds: number;
}

/** Code folder plus the script inside it that has `init()` and `run()`. */
export interface CodeConfiguration {
  readonly codeId: string;
  readonly scoringScript: string;
}

/** What a person asks of a deployment. Everything that makes an instance different is here and hashed into `specHash`. */
export interface DeploymentSpec {
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly modelVersionId: string | null;
  readonly codeConfiguration: CodeConfiguration | null;
  readonly environmentVersionId: string;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly requestSettings: RequestSettings;
  readonly livenessProbe: ProbeSettings;
  readonly readinessProbe: ProbeSettings;
  readonly modelMountPath: string | null;
  /** Azure's switch for sending what happens to Application Insights. It is kept; nothing is sent yet. */
  readonly appInsightsEnabled: boolean;
}

/**
 * The routes of the container: the environment's `inference_config` or the inference server's own. Beside Azure's three, further paths and a
 * prefix on the scoring port, for servers that have an API of their own.
 */
export interface InferenceRoutes {
  readonly liveness: HttpRoute;
  readonly readiness: HttpRoute;
  readonly scoring: HttpRoute;
  readonly scoringRoutes: readonly string[];
  readonly pathPrefix: string | null;
  /** The scoring port takes HTTP/2 without TLS, as servers of gRPC do; everything reaches it that way, and gRPC passes. */
  readonly http2: boolean;
}

export const deploymentConditionTypes = ["SpecValid", "ImageReady", "ModelStaged", "InstancesAvailable", "Progressing", "Ready"] as const;
export type DeploymentConditionType = (typeof deploymentConditionTypes)[number];

/** Index into the eight deployment colours that every chart, badge and slider uses. */
export type DeploymentColor = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;
