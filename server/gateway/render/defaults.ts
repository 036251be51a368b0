import { grpcStatusOf, scoringErrorCodes, type ScoringErrorName } from "#server/domain/routing/error-codes";
import { bodyEnd, bodyMiddle, bodyStart, isGrpc } from "./refusal";

/** Termination states of the proxy that mean something else than the status of its own answer says. */
export const terminationStates: ReadonlyMap<string, string> = new Map([
  ["sQ", scoringErrorCodes.QueueTimeout.code],
  ["PH", scoringErrorCodes.ModelResponseInvalid.code],
]);

/** And of a 400 that is really a silence. */
export const stallStates: ReadonlyMap<string, string> = new Map(["cQ", "cC", "cH", "cD"].map((state) => [state, scoringErrorCodes.ClientTimeout.code]));

const names = Object.keys(scoringErrorCodes) as ScoringErrorName[];
const middleKey = "middle";
const endKey = "end";

/** What an answer says whose code is only known at run time, by code: gRPC's status, gRPC's message, and the JSON body in its three parts around what is only known then. */
export const grpcStatuses: ReadonlyMap<string, string> = new Map(names.map((name) => [name, String(grpcStatusOf(name))]));
export const errorMessages: ReadonlyMap<string, string> = new Map(names.map((name) => [name, scoringErrorCodes[name].message]));
export const errorBodies: ReadonlyMap<string, string> = new Map([
  ...names.map((name): [string, string] => [name, bodyStart(name, scoringErrorCodes[name].message)]),
  [middleKey, bodyMiddle],
  [endKey, bodyEnd],
]);

/** Requests that end before they can be read, with the phrases of their statuses. */
const unreadable: readonly (readonly [ScoringErrorName, string])[] = [
  ["BadRequest", "Bad Request"],
  ["ClientTimeout", "Request Timeout"],
  ["UriTooLong", "URI Too Long"],
  ["HeadersTooLarge", "Request Header Fields Too Large"],
];
const staticFile = (name: ScoringErrorName): string => `static/${String(scoringErrorCodes[name].status)}.http`;

const always = (name: ScoringErrorName): string => `str(${name})`;
const byState = (fallback: ScoringErrorName): string => `txn.sess_term_state,map_str(static/states.map,${fallback})`;

/** Part of every set of defaults that has errors of its own. */
export const grpcRule = `  acl of-grpc ${isGrpc.slice(2, -2)}`;
const body = "map_str(static/bodies.map),when(!acl,of-grpc)";

/**
 * The answer to an error that the proxy finds itself. `code` is an expression of the proxy's; `more` is one for what the message ends with. The body is
 * empty for calls of gRPC.
 */
export function ownError(status: number, code: string, headers = "", more: string | null = null): string {
  const parts = [
    `%[${code},${body}]`,
    ...(more === null ? [] : [`%[${more},when(!acl,of-grpc)]`]),
    `%[str(${middleKey}),${body}]`,
    "%[var(txn.rid),when(!acl,of-grpc)]",
    `%[str(${endKey}),${body}]`,
  ];
  return `  http-error status ${String(status)} content-type application/json hdr x-ms-error-code "%[${code}]"${headers} lf-string '${parts.join("")}'`;
}

/**
 * What all proxies share. The statuses are the proxy's own; the frontend turns them into Azure's afterwards.
 * What cannot be read is answered before any rule runs, hence from files and without a request id.
 */
export function renderDefaults(): string {
  return [
    "defaults base",
    "  mode http",
    "  timeout client 60s",
    "  timeout http-request 10s",
    "  timeout http-keep-alive 60s",
    "  timeout connect 1s",
    "  timeout server 60s",
    "  timeout queue 5s",
    "  option dontlognull",
    ...unreadable.map(([name]) => `  errorfile ${String(scoringErrorCodes[name].status)} ${staticFile(name)}`),
    grpcRule,
    ownError(500, always("GatewayError")),
    ownError(502, byState("ModelConnectionBroken")),
    ownError(503, byState("NoInstance"), " hdr retry-after 1"),
    ownError(504, always("ModelTimeout")),
    "",
  ].join("\n");
}

/** The complete answer to a request that could not be read; its content-length must be exact. */
function renderStatic(name: ScoringErrorName, phrase: string): string {
  const { code, status, message } = scoringErrorCodes[name];
  const body = JSON.stringify({ error: { code, message, requestId: "" } });
  return [
    `HTTP/1.1 ${String(status)} ${phrase}`,
    `content-length: ${String(Buffer.byteLength(body))}`,
    "content-type: application/json",
    "cache-control: no-cache",
    "connection: close",
    `x-ms-error-code: ${code}`,
    "",
    body,
  ].join("\r\n");
}

/**
 * Where a caller is silent for too long the proxy says 408 as long as it waits for the body, and 400 once some of it was sent on; the state tells that
 * from what is really wrong. What the endpoint allows stands in the message.
 */
const stalled = "var(txn.stalled)";
export const clientTimeout = [
  ownError(408, always("ClientTimeout"), "", stalled),
  ownError(400, "txn.sess_term_state,map_str(static/stalls.map,BadRequest)", "", stalled),
];

/** Files with complete answers, by their path in the revision's folder. */
export const renderStaticAnswers = (): [string, string][] => unreadable.map(([name, phrase]) => [staticFile(name), renderStatic(name, phrase)]);
