import { scoringErrorCodes, type ScoringErrorName } from "#server/domain/routing/error-codes";

/** The JSON body of an answer of ours, as a log-format string of the proxy; `code` and `message` may hold its expressions. */
export const errorBody = (code: string, message: string): string => `'{"error":{"code":"${code}","message":"${message}","requestId":"%[var(txn.rid)]"}}'`;

/** Fields of a client key's entry, as `keyEntry` writes them. */
export const granted = (field: number): string => `var(txn.grant),field(${String(field)},:)`;

/** What messages may name of the caller's client key. The time is cut to seconds. */
const facts: Readonly<Record<string, string>> = {
  "{key}": "%[var(txn.key)]",
  "{expiry}": `%[${granted(3)},div(1000),utime(%Y-%m-%dT%H:%M:%SZ)]`,
  "{rate}": `%[${granted(6)}]`,
  "{quota}": `%[${granted(7)}]`,
};
const told = (message: string): string => message.replaceAll(/\{[a-z]+\}/g, (name) => facts[name] ?? name);

const extraHeaders: Partial<Record<ScoringErrorName, string>> = {
  Unauthorized: " hdr www-authenticate Bearer",
  TokenNotAccepted: " hdr www-authenticate Bearer",
  KeyExpired: " hdr www-authenticate Bearer",
  KeyRateReached: " hdr retry-after 1",
  KeyQuotaReached: ` hdr retry-after "%[${granted(4)},sub(txn.arrival),div(1000),add(1)]"`,
  TooManyRequests: " hdr retry-after 1",
};

/** One line that answers with the given code of ours when the condition holds. */
export function refuse(name: ScoringErrorName, condition: string): string {
  const { code, status, message } = scoringErrorCodes[name];
  return `  http-request return status ${String(status)} content-type application/json hdr x-ms-error-code ${code}${extraHeaders[name] ?? ""} lf-string ${errorBody(code, told(message))} if ${condition}`;
}
