import { scoringErrorCodes, type ScoringErrorName } from "#server/domain/routing/error-codes";

/** The JSON body of an answer of ours as far as the message's end, from there to the request's id, and after it. */
export const bodyStart = (code: string, message: string): string => `{"error":{"code":"${code}","message":"${message}`;
export const bodyMiddle = '","requestId":"';
export const bodyEnd = '"}}';

/** Fields of a client key's entry, as `keyEntry` writes them. */
export const granted = (field: number): string => `var(txn.grant),field(${String(field)},:)`;

/** What messages may name of the caller's client key or token, and of what was asked for. Times are cut to seconds. */
const facts: Readonly<Record<string, string>> = {
  "{key}": "%[var(txn.key)]",
  "{expiry}": `%[${granted(3)},div(1000),utime(%Y-%m-%dT%H:%M:%SZ)]`,
  "{rate}": `%[${granted(6)}]`,
  "{end}": "%[var(txn.exp),utime(%Y-%m-%dT%H:%M:%SZ)]",
  "{by}": "%[var(txn.asked_by)]",
  "{pin}": "%[var(txn.asked)]",
  "{deployments}": "%[var(txn.has)]",
  "{quota}": `%[${granted(7)}]`,
};
const told = (message: string, own: Readonly<Record<string, string>>): string => message.replaceAll(/\{[a-z]+\}/g, (name) => own[name] ?? facts[name] ?? name);

const badTokens: readonly ScoringErrorName[] = ["TokenInvalid", "TokenNotForEndpoint", "TokenExpired", "TokenNotYetValid"];
const extraHeaders: Partial<Record<ScoringErrorName, string>> = {
  Unauthorized: " hdr www-authenticate Bearer",
  ...Object.fromEntries(badTokens.map((name) => [name, ' hdr www-authenticate "Bearer error=\\"invalid_token\\""'])),
  ScoreNotAllowed: ' hdr www-authenticate "Bearer error=\\"insufficient_scope\\""',
  KeyExpired: " hdr www-authenticate Bearer",
  KeyRateReached: " hdr retry-after 1",
  KeyQuotaReached: ` hdr retry-after "%[${granted(4)},sub(txn.arrival),div(1000),add(1)]"`,
  EndpointRateReached: " hdr retry-after 1",
  EndpointConnectionsReached: " hdr retry-after 1",
  EndpointNewConnectionsReached: " hdr retry-after 1",
  TooManyRequests: " hdr retry-after 1",
};

/** Whether a call is of gRPC, see the frontend. */
export const isGrpc = "{ var(txn.grpc) -m bool }";

/**
 * Answers with the given code of ours when the condition (alternatives between ` || `) holds. A call of gRPC takes no body: its answer gets
 * its status from the code on its way out, see `grpcAnswers`. `own` are expressions for what the message names beside the caller's key.
 */
export function refuse(name: ScoringErrorName, condition: string, own: Readonly<Record<string, string>> = {}): string {
  const { code, status, message } = scoringErrorCodes[name];
  const ofGrpc = condition
    .split(" || ")
    .map((alternative) => `${isGrpc} ${alternative}`)
    .join(" || ");
  const said = told(message, own);
  const headers = `hdr x-ms-error-code ${code}${extraHeaders[name] ?? ""}`;
  const bare = `  http-request return status 200 ${headers} hdr grpc-message "${said}" if ${ofGrpc}\n`;
  return `${bare}  http-request return status ${String(status)} content-type application/json ${headers} lf-string '${bodyStart(code, said)}${bodyMiddle}%[var(txn.rid)]${bodyEnd}' if ${condition}`;
}

/**
 * Runs on every answer to a call of gRPC: a code of ours becomes status and message of an answer without a body, the only kind of failure that its
 * callers read. What the model said of itself stays.
 */
export const grpcAnswers: readonly string[] = [
  `  http-after-response set-header grpc-status %[var(txn.code),map_str(static/grpc.map,13)] if ${isGrpc} { var(txn.code) -m found }`,
  `  http-after-response set-header grpc-message %[var(txn.code),map_str(static/messages.map)] if ${isGrpc} { var(txn.code) -m found } !{ res.hdr(grpc-message) -m found }`,
  `  http-after-response set-header content-type application/grpc if ${isGrpc} { var(txn.code) -m found } || ${isGrpc} !{ res.hdr(content-type) -m found }`,
  `  http-after-response set-status 200 reason OK if ${isGrpc} { var(txn.code) -m found }`,
  `  http-after-response set-var(txn.grpc_status) res.hdr(grpc-status) if ${isGrpc}`,
];
