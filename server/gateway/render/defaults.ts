import { scoringErrorCodes, type ScoringErrorName } from "#server/domain/routing/error-codes";
import { errorBody } from "./refusal";

/** Termination states of the proxy that mean something else than the status of its own answer says. */
export const terminationStates: ReadonlyMap<string, string> = new Map([
  ["sQ", scoringErrorCodes.QueueTimeout.code],
  ["PH", scoringErrorCodes.ModelResponseInvalid.code],
]);

/** Code to message, for answers whose code is only known at run time. */
export const errorMessages: ReadonlyMap<string, string> = new Map(Object.values(scoringErrorCodes).map(({ code, message }) => [code, message]));

/** Requests that end before they can be read, with the phrases of their statuses. */
const unreadable: readonly (readonly [ScoringErrorName, string])[] = [
  ["BadRequest", "Bad Request"],
  ["ClientTimeout", "Request Timeout"],
  ["UriTooLong", "URI Too Long"],
  ["HeadersTooLarge", "Request Header Fields Too Large"],
];
const staticFile = (name: ScoringErrorName): string => `static/${String(scoringErrorCodes[name].status)}.http`;

const byState = (fallback: string): string => `%[txn.sess_term_state,map_str(static/states.map,${fallback})]`;
const messageByState = (fallback: string): string => `%[txn.sess_term_state,map_str(static/states.map,${fallback}),map_str(static/messages.map)]`;

export function ownError(status: number, code: string, message: string, headers = ""): string {
  return `  http-error status ${String(status)} content-type application/json hdr x-ms-error-code "${code}"${headers} lf-string ${errorBody(code, message)}`;
}

/**
 * What all proxies share. The statuses are the proxy's own; the frontend turns them into Azure's afterwards.
 * What cannot be read is answered before any rule runs, hence from files and without a request id.
 */
export function renderDefaults(): string {
  const { GatewayError, ModelTimeout, ModelConnectionBroken, NoInstance } = scoringErrorCodes;
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
    ownError(500, GatewayError.code, GatewayError.message),
    ownError(502, byState(ModelConnectionBroken.code), messageByState(ModelConnectionBroken.code)),
    ownError(503, byState(NoInstance.code), messageByState(NoInstance.code), " hdr retry-after 1"),
    ownError(504, ModelTimeout.code, ModelTimeout.message),
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

/** Files with complete answers, by their path in the revision's folder. */
export const renderStaticAnswers = (): [string, string][] => unreadable.map(([name, phrase]) => [staticFile(name), renderStatic(name, phrase)]);
