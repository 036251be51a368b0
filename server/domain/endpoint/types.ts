import type { MirrorWish } from "../mirror/types";
import type { EndpointLimits } from "./limits";
import type { RoutingOptions } from "../routing-options/types";

export const authModes = ["key", "aml_token", "aad_token"] as const;
export type AuthMode = (typeof authModes)[number];

export interface AuthOverlap {
  readonly mode: AuthMode;
  readonly until: number;
}

/** Seconds for which the mode before goes on unless a change says otherwise, and the longest that it may say. */
export const usualOverlapSeconds = 3600;
export const longestOverlapSeconds = 30 * 24 * 3600;

/** What a person asks of an endpoint. Traffic is part of it because percentages are a rule over all its deployments. */
export interface EndpointSpec {
  readonly description: string;
  readonly authMode: AuthMode;
  /** What was accepted before the mode was changed, and until when (Unix milliseconds) it goes on; null when nothing does. */
  readonly authOverlap: AuthOverlap | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly publicNetworkAccess: "enabled" | "disabled";
  /** Deployment name (lower case) to percent, in tenths at the finest; sums to 0 or 100. */
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirror: MirrorWish;
  readonly limits: EndpointLimits;
  readonly routing: RoutingOptions;
}

export const keySlots = ["primary", "secondary"] as const;
export type KeySlot = (typeof keySlots)[number];
