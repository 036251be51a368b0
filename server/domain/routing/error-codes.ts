/** Who has to act when a caller sees the code. */
export type FailedBy = "caller" | "deployment" | "model" | "gateway";

export interface ScoringErrorCode {
  readonly code: string;
  readonly status: number;
  /**
   * Shown to the caller; holds nothing that the caller may not know. No quotes: it is put into JSON as it is. `{key}`, `{expiry}`, `{rate}` and
   * `{quota}` stand for what the gateway knows of the caller's client key, `{limit}`, `{here}` and `{use}` for a limit, its part at this gateway, and the
   * present use, `{by}`, `{pin}` and `{deployments}` for how a deployment was asked for, which one, and those there are.
   */
  readonly message: string;
  readonly failedBy: FailedBy;
  readonly check: string;
}

/** Every code that a gateway itself answers with. The proxy's configuration, the docs and the tests read this table and nothing else. */
export const scoringErrorCodes = {
  BadRequest: {
    code: "BadRequest",
    status: 400,
    message: "The request is not valid HTTP.",
    failedBy: "caller",
    check: "Compare the request with the examples on the consume page. This answer carries no request id, as the request could not be read.",
  },
  Unauthorized: {
    code: "Unauthorized",
    status: 401,
    message: "The key or token is missing or wrong.",
    failedBy: "caller",
    check:
      "Send a current key of this endpoint, or a token if its auth mode asks for one, as 'Authorization: Bearer <key>'. A regenerated key stops working at once.",
  },
  KeyExpired: {
    code: "KeyExpired",
    status: 401,
    message: "The key {key} ended at {expiry}.",
    failedBy: "caller",
    check: "The key's expiry is over, or it was rotated and this is the secret before. Get the present secret, or a later expiry on the client keys page.",
  },
  TokenInvalid: {
    code: "TokenInvalid",
    status: 401,
    message: "The token is malformed, or not signed by a key that this endpoint trusts.",
    failedBy: "caller",
    check:
      "Fetch a token of this endpoint anew, and send it whole as 'Authorization: Bearer <token>'. Keys are refused in a token mode. The header must name key and algorithm (kid, alg), the payload an expiry (exp).",
  },
  TokenNotForEndpoint: {
    code: "TokenNotForEndpoint",
    status: 401,
    message: "The token was issued for another endpoint, or by another issuer.",
    failedBy: "caller",
    check: "The token's iss and aud must be those that the endpoint's consume page names. A token of one endpoint is refused at every other.",
  },
  TokenExpired: {
    code: "TokenExpired",
    status: 401,
    message: "The token ended at {end}.",
    failedBy: "caller",
    check: "Fetch a new token after refreshAfterTimeUtc. Clocks may differ by 5 minutes; beyond that set the caller's or the gateway's clock right.",
  },
  TokenNotYetValid: {
    code: "TokenNotYetValid",
    status: 401,
    message: "The token is not valid yet.",
    failedBy: "caller",
    check: "The token's nbf lies more than 5 minutes ahead: the clock of its issuer or of the gateway is wrong.",
  },
  ScoreNotAllowed: {
    code: "ScoreNotAllowed",
    status: 403,
    message: "The token does not hold the permission to score.",
    failedBy: "caller",
    check: "The workspace's settings name the claim and the value that callers need. Have the identity provider put it into the token.",
  },
  PinNotAllowed: {
    code: "PinNotAllowed",
    status: 403,
    message: "The {holder} may not choose a deployment.",
    failedBy: "caller",
    check:
      "Leave azureml-model-deployment out and call the endpoint's own address, allow the key to pin on the client keys page, or fetch the token with mayPin.",
  },
  OriginNotAllowed: {
    code: "OriginNotAllowed",
    status: 403,
    message: "Pages of this origin may not call the endpoint.",
    failedBy: "caller",
    check: "Add the page's origin (scheme, host and port, as its browser sends it) to the allowed origins on the endpoint's settings page.",
  },
  EndpointNotFound: {
    code: "EndpointNotFound",
    status: 404,
    message: "There is no such endpoint.",
    failedBy: "caller",
    check:
      "The address is /endpoints/<name>/score, or /score at the host name <name>.<domain>. Look at the endpoints list for the name. An address chooses a deployment (<deployment>--<name>) only where the endpoint's routing allows it.",
  },
  DeploymentNotFound: {
    code: "DeploymentNotFound",
    status: 404,
    message: "{by} {pin}, which is no deployment of this endpoint. Its deployments: {deployments}.",
    failedBy: "caller",
    check:
      "Leave the header out or call the endpoint's own address, or name one of the deployments that the answer lists; address and header may not name different ones. Only callers whose key may choose a deployment see the list.",
  },
  NoTraffic: {
    code: "NoTraffic",
    status: 404,
    message: "No deployment of this endpoint has a positive weight. Set its traffic, or name a deployment in azureml-model-deployment.",
    failedBy: "deployment",
    check: "Set the endpoint's traffic so that it sums to 100.",
  },
  RouteNotFound: {
    code: "RouteNotFound",
    status: 404,
    message: "The endpoint has no such route. Use /score or /swagger.json.",
    failedBy: "caller",
    check: "Only the scoring route that the deployment declares and GET /swagger.json pass the gateway.",
  },
  ClientTimeout: {
    code: "ClientTimeout",
    status: 408,
    message: "The request did not arrive in time.",
    failedBy: "caller",
    check:
      "The caller's connection stalled while it sent the request. An endpoint's own limit for silent callers is in the answer and on its Limits page; without one it is 60 s, and 10 s for headers.",
  },
  ModelTimeout: {
    code: "ModelTimeout",
    status: 408,
    message: "The model did not answer in time.",
    failedBy: "model",
    check: "Compare the deployment's request timeout with the model's latency on the monitoring page.",
  },
  ClientClosed: {
    code: "ClientClosed",
    status: 499,
    message: "The caller closed the connection before the answer.",
    failedBy: "caller",
    check: "Only in figures and logs, as nobody is left to answer. Compare the caller's own timeout with the deployment's.",
  },
  UriTooLong: {
    code: "UriTooLong",
    status: 414,
    message: "The request line is too long.",
    failedBy: "caller",
    check: "Request line and headers together may take 15 KiB: send data in the body, not in the query. This answer carries no request id.",
  },
  HeadersTooLarge: {
    code: "HeadersTooLarge",
    status: 431,
    message: "The request headers are too large.",
    failedBy: "caller",
    check: "Request line and headers together may take 15 KiB: look for large cookies and tokens. This answer carries no request id.",
  },
  EndpointUriTooLong: {
    code: "EndpointUriTooLong",
    status: 414,
    message: "Path and query have {use} bytes; this endpoint takes {limit}.",
    failedBy: "caller",
    check: "Send data in the body, or raise the endpoint's limit on its Limits page.",
  },
  EndpointHeadersTooLarge: {
    code: "EndpointHeadersTooLarge",
    status: 431,
    message: "The request headers have {use} bytes; this endpoint takes {limit}.",
    failedBy: "caller",
    check: "Look for large cookies and tokens, or raise the endpoint's limit on its Limits page.",
  },
  LengthRequired: {
    code: "LengthRequired",
    status: 411,
    message: "A body of this size needs a content-length header.",
    failedBy: "caller",
    check: "Chunked bodies are accepted up to 96 KiB, since their size cannot be judged before they end.",
  },
  PayloadTooLarge: {
    code: "PayloadTooLarge",
    status: 413,
    message: "The request body has {use} bytes; {limit} may come.",
    failedBy: "caller",
    check: "Send less at once, or name the data by reference. An endpoint's own limit is on its Limits page; without one, bodies may have 32 MiB.",
  },
  ModelConnectionBroken: {
    code: "ModelConnectionBroken",
    status: 424,
    message: "The model's connection broke before it answered.",
    failedBy: "model",
    check: "The instance died or closed the connection while it scored: look at its log and its exit code. The request may have run.",
  },
  ModelResponseInvalid: {
    code: "ModelResponseInvalid",
    status: 424,
    message: "The model's answer is not valid HTTP.",
    failedBy: "model",
    check: "Look at the headers that the scoring script sets; all of them together may take 15 KiB.",
  },
  KeyRateReached: {
    code: "KeyRateReached",
    status: 429,
    message: "The key {key} may send {rate} requests a second.",
    failedBy: "caller",
    check: "Send fewer calls with this key, or raise its rate on the client keys page. Several gateways share the rate evenly. Refused calls do not count.",
  },
  KeyQuotaReached: {
    code: "KeyQuotaReached",
    status: 429,
    message: "The key {key} has used its {quota} requests of this day (UTC).",
    failedBy: "caller",
    check:
      "The answer's retry-after says how long the day lasts. The quota is on the client keys page; it is counted within 5 seconds, so a few calls more may pass.",
  },
  EndpointRateReached: {
    code: "EndpointRateReached",
    status: 429,
    message: "This endpoint takes {limit} requests a second, {here} of them here; it has taken {use} in the last second.",
    failedBy: "caller",
    check: "Wait as long as retry-after says, or raise the rate on the endpoint's Limits page. Several gateways share it evenly. Refused calls do not count.",
  },
  EndpointConnectionsReached: {
    code: "EndpointConnectionsReached",
    status: 429,
    message: "This endpoint takes {limit} connections at once, {here} of them here; {use} have a call under way.",
    failedBy: "caller",
    check:
      "Have fewer calls under way at once, or raise the limit on the endpoint's Limits page. Connections without a call do not count, and with HTTP/2 each call does.",
  },
  EndpointNewConnectionsReached: {
    code: "EndpointNewConnectionsReached",
    status: 429,
    message: "This endpoint takes {limit} new connections a second, {here} of them here; {use} began in the last second.",
    failedBy: "caller",
    check: "Keep connections and use them again, or raise the limit on the endpoint's Limits page. The refused connection stays open.",
  },
  TooManyRequests: {
    code: "TooManyRequests",
    status: 429,
    message: "The deployment is handling as many requests as it can.",
    failedBy: "deployment",
    check: "Running and waiting requests reached 2 x max concurrent requests x instances. Add instances or raise the concurrency.",
  },
  QueueTimeout: {
    code: "QueueTimeout",
    status: 429,
    message: "No instance became free in time.",
    failedBy: "deployment",
    check: "The request waited as long as the deployment's queue timeout allows. Add instances or raise the concurrency.",
  },
  GatewayError: {
    code: "GatewayError",
    status: 500,
    message: "The gateway failed.",
    failedBy: "gateway",
    check: "Look at the gateway's log with the request id.",
  },
  NoInstance: {
    code: "NoInstance",
    status: 503,
    message: "The deployment has no instance that can take the request.",
    failedBy: "deployment",
    check: "All instances are gone or do not accept connections: look at the deployment's timeline.",
  },
} as const satisfies Record<string, ScoringErrorCode>;

export type ScoringErrorName = keyof typeof scoringErrorCodes;

/** What a status means to callers of gRPC; numbers are those of gRPC's own list of codes. */
const grpcStatuses: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  408: 4,
  411: 3,
  413: 8,
  414: 3,
  424: 14,
  429: 8,
  431: 8,
  499: 1,
  503: 14,
};
const grpcExceptions: Partial<Record<ScoringErrorName, number>> = { RouteNotFound: 12, ModelResponseInvalid: 13 };

/** gRPC's status for a refusal: INTERNAL (13) where the table has no better one. */
export const grpcStatusOf = (name: ScoringErrorName): number => grpcExceptions[name] ?? grpcStatuses[scoringErrorCodes[name].status] ?? 13;
