import type { MirrorWish } from "../mirror/types";

export const authModes = ["key", "aml_token", "aad_token"] as const;
export type AuthMode = (typeof authModes)[number];

/** What a person asks of an endpoint. Traffic is part of it because percentages are a rule over all its deployments. */
export interface EndpointSpec {
  readonly description: string;
  readonly authMode: AuthMode;
  readonly tags: Readonly<Record<string, string>>;
  readonly publicNetworkAccess: "enabled" | "disabled";
  /** Deployment name (lower case) to whole percent; sums to 0 or 100. */
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirror: MirrorWish;
}

export const keySlots = ["primary", "secondary"] as const;
export type KeySlot = (typeof keySlots)[number];
