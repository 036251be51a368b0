import type { EndpointLimits } from "../endpoint/limits";
import type { AuthMode } from "../endpoint/types";
import type { PermissionClaim, TokenAlgorithm } from "../token/types";
import type { CorsRules, ModelErrorWay, PinPlace, StickyRule } from "../routing-options/types";
import type { SlotRun } from "../traffic/slots";

/**
 * A routing revision: everything that a gateway needs to serve, immutable and numbered.
 * It holds hashes of keys only, so it may lie on any gateway's disk. Weights are what the proxy is given: already limited to deployments
 * with a ready instance (or one that lost its last ready instance while it has weight), so the gateway never judges readiness.
 */
export interface RoutingRevision {
  readonly revision: number;
  /** Unix milliseconds of the commit that made it. */
  readonly createdAt: number;
  readonly endpoints: readonly RoutingEndpoint[];
}

export interface RoutingEndpoint {
  readonly id: string;
  /** Lower case; also the path segment. */
  readonly name: string;
  readonly authMode: AuthMode;
  /** Good without end in key mode; in a token mode only until `keysUntil`. */
  readonly keys: readonly RoutingKey[];
  /** Unix milliseconds until which keys go on beside tokens after the mode was changed; null where nothing goes on. */
  readonly keysUntil: number | null;
  /** Whose signed tokens are accepted: one or two in a token mode, and as many more for a while after the mode was changed. */
  readonly trusts: readonly RoutingTrust[];
  readonly deployments: readonly RoutingDeployment[];
  /** Deployment name to percent, in tenths at the finest; sums to 0 or 100. */
  readonly weights: Readonly<Record<string, number>>;
  /** What is copied to shadows; null for nothing. */
  readonly mirror: RoutingMirror | null;
  /** What it may take; null for no limits. */
  readonly limits: RoutingLimits | null;
  /** Callers that stay with their deployment; null where every call is drawn by itself. */
  readonly sticky: RoutingSticky | null;
  /** What pages of other origins may do; null for nothing. */
  readonly cors: CorsRules | null;
  /** Where an address may choose a deployment. */
  readonly pinBy: readonly PinPlace[];
  readonly modelErrors: ModelErrorWay;
  /** Answers are compressed for callers that take it. */
  readonly compression: boolean;
  /** Host names of its own, beside `<name>.<domain>`. */
  readonly domains: readonly RoutingDomain[];
}

/** The same value goes to the same deployment while its slots stay. */
export interface RoutingSticky extends StickyRule {
  /**
   * Which slot is whose, in order: carried here, as it follows from the splits before, which a gateway that starts anew has not seen. In all 100 or
   * 1000 slots, as the weights say; none without traffic.
   */
  readonly slots: readonly SlotRun[];
}

/** Limits that all live gateways share: each allows its part. */
export const sharedLimits = ["requestsPerSecond", "connections", "newConnectionsPerSecond", "bandwidthBytesPerSecond"] as const;

/** Limits of the whole endpoint, and this gateway's part of those that are shared. */
export interface RoutingLimits extends EndpointLimits {
  readonly here: Readonly<Record<(typeof sharedLimits)[number], number | null>>;
}

export interface RoutingDomain {
  /** Host name in lower case. */
  readonly name: string;
  /** Which certificate it has: lower-case hex SHA-256 of the chain. Gateways fetch it with its key by this; the revision holds neither. */
  readonly sha256: string;
}

/** Copies of unpinned scoring calls; callers never see a shadow's answer. */
export interface RoutingMirror {
  /** Shadow deployment's name to the percent of calls that are copied to it, each drawn by itself; steps of 0.0001. */
  readonly shares: Readonly<Record<string, number>>;
  /** Numbers of two answers count as equal when they differ by no more than this part of the larger one. */
  readonly tolerance: number;
}

export interface RoutingKey {
  /** Lower-case hex SHA-256 of the key. */
  readonly sha256: string;
  /** What rows and logs call the caller: `primary`, `secondary` or a key's own name. */
  readonly name: string;
  /** What a named client key may do; null for the endpoint's own two keys, which may do all. */
  readonly grant: RoutingGrant | null;
}

/** One issuer of signed tokens, with all that a gateway needs to judge its tokens without asking anybody. Holds public keys only. */
export interface RoutingTrust {
  /** What a token's `iss` must be. */
  readonly issuer: string;
  /** What a token's `aud` must be or hold. */
  readonly audience: string;
  readonly keys: readonly RoutingTokenKey[];
  /** A value that a claim must be or hold; null where every token of the issuer and audience may call. */
  readonly permission: { readonly claim: PermissionClaim; readonly value: string } | null;
  /** Unix milliseconds from which on its tokens are refused; null for never. */
  readonly until: number | null;
}

export interface RoutingTokenKey {
  readonly kid: string;
  /** The only algorithm that a token with this key's id may name. */
  readonly alg: TokenAlgorithm;
  /** The public key: DER of a SubjectPublicKeyInfo, in base64. */
  readonly spki: string;
}

/** Judged by every gateway by itself, so that it holds while the control plane is away. Times are Unix milliseconds. */
export interface RoutingGrant {
  /** The key's id; both secrets of a key that is being rotated share it, and with it the rate. */
  readonly id: string;
  /** From then on the secret is refused; null for never. */
  readonly notAfter: number | null;
  /** The day's quota is used up, and the secret refused, until then; null while some is left. */
  readonly blockedUntil: number | null;
  /** The key's rate, and the part of it that each gateway allows; null for no limit. */
  readonly rate: { readonly perSecond: number; readonly here: number } | null;
  readonly dailyQuota: number | null;
  readonly mayPin: boolean;
}

export interface RoutingDeployment {
  readonly id: string;
  readonly name: string;
  readonly requestTimeoutMs: number;
  readonly queueTimeoutMs: number;
  readonly maxConcurrentRequestsPerInstance: number;
  readonly maxBodyBytes: number;
  /** Path of the scoring route in the container, e.g. `/score`. */
  readonly scoringPath: string;
  /** Further paths of the container that callers may use as they are, beside the scoring route. */
  readonly scoringRoutes: readonly string[];
  /** Everything at and below this path passes as it is, as servers with an API of their own need it; null for none. */
  readonly pathPrefix: string | null;
  /** Its containers take HTTP/2 on the scoring port: calls of gRPC pass, whatever their service and method. */
  readonly http2: boolean;
  /** Connections to its instances are used again; a call on one that breaks is closed without an answer. */
  readonly keepAlive: boolean;
  /** Over how long the limit of an instance that comes or recovers grows to the whole; 0 for at once. Instances that are there keep what they came with. */
  readonly slowStartSeconds: number;
  readonly instances: readonly RoutingInstance[];
}

export interface RoutingInstance {
  readonly id: string;
  /** Address that the gateway dials; not assumed to be on this host. */
  readonly address: string;
  readonly port: number;
  /** `serve` takes requests; `drain` finishes what it has and takes no more. */
  readonly mode: "serve" | "drain";
  /** Dialled by HTTP/2 without TLS (prior knowledge), as its own container was told; a deployment that changes has both kinds for a while. */
  readonly http2: boolean;
}

/** What a gateway says of a revision after it read back what it really runs. */
export interface RoutingAcknowledgement {
  readonly gatewayId: string;
  readonly revision: number;
  readonly outcome: "applied" | "refused";
  /** Unix milliseconds on the gateway when the read-back agreed. */
  readonly appliedAt: number;
  /** SHA-256 over what was read back, so that two gateways can be compared. */
  readonly digest: string;
  /** Why it was refused; empty when applied. */
  readonly reason: string;
}

/** Requests in flight (running and queued) at one instance or deployment, as the proxy counts them. */
export interface InFlightReport {
  readonly gatewayId: string;
  readonly observedAt: number;
  readonly instances: Readonly<Record<string, number>>;
  readonly queuedByDeployment: Readonly<Record<string, number>>;
  /** Present use by endpoint name, of endpoints with limits that are being called. */
  readonly limits?: Readonly<Record<string, LimitUse>>;
  /** Access log lines thrown away since the agent's start, as nothing took them in time. */
  readonly shedLogLines?: number;
}

/** What an endpoint takes of its limits at one gateway. */
export interface LimitUse {
  /** Accepted in the last second. */
  readonly requests: number;
  /** With a call under way. */
  readonly connections: number;
  readonly newConnections: number;
  /** Bytes a second, mean of the last ten seconds; counted when a call ends. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}
