export const stickyKinds = ["header", "cookie", "claim"] as const;
export type StickyKind = (typeof stickyKinds)[number];

/** By what callers stay with their deployment. A claim is one of the token that the caller is let in by; calls with keys have none and are drawn. */
export interface StickyRule {
  readonly by: StickyKind;
  /** Header's name in lower case, or cookie's or claim's name as it is. */
  readonly name: string;
  /** Cookie only: the gateway gives callers without one a cookie with a random value. */
  readonly setCookie: boolean;
}

/** Methods that browsers may be allowed; OPTIONS is the preflight itself. */
export const corsMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;
export type CorsMethod = (typeof corsMethods)[number];

/** What pages of other origins may do with an endpoint. Credentials of the browser's own are never allowed: callers send a key. */
export interface CorsRules {
  /** `scheme://host[:port]` in lower case, or `*` alone. */
  readonly origins: readonly string[];
  readonly methods: readonly CorsMethod[];
  /** Request headers that pages may set, in lower case. */
  readonly headers: readonly string[];
  /** Headers of the model's answers that pages may read, beside the gateway's own. */
  readonly exposedHeaders: readonly string[];
  /** How long browsers may keep the answer to a preflight. */
  readonly maxAgeSeconds: number;
}

/** Parts of an address in which `<deployment>--<endpoint>` may stand for the endpoint's name: the path's segment, and the host's first label. */
export const pinPlaces = ["path", "host"] as const;
export type PinPlace = (typeof pinPlaces)[number];

/** How a model's own errors reach callers: as 424 with the model's status in a header, as Azure has it, or with the status that the model gave them. */
export const modelErrorWays = ["mapped", "unchanged"] as const;
export type ModelErrorWay = (typeof modelErrorWays)[number];

/** How an endpoint treats its callers, beside the split: all of it off by default. */
export interface RoutingOptions {
  readonly sticky: StickyRule | null;
  readonly cors: CorsRules | null;
  /** Where an address may choose a deployment, as the header always may; in the order of `pinPlaces`, none twice. */
  readonly pinBy: readonly PinPlace[];
  readonly modelErrors: ModelErrorWay;
  /** The gateway compresses answers for callers that take it. */
  readonly compression: boolean;
}

export const noRoutingOptions: RoutingOptions = { sticky: null, cors: null, pinBy: [], modelErrors: "mapped", compression: false };

/** What rules for pages have where nobody says otherwise: scoring by a key, with a pin and an id of the caller's. */
export const corsDefaults = {
  methods: ["GET", "POST"],
  headers: ["authorization", "content-type", "azureml-model-deployment", "x-ms-client-request-id"],
  exposedHeaders: [],
  maxAgeSeconds: 600,
} as const satisfies Omit<CorsRules, "origins">;
