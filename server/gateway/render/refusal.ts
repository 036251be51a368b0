import { scoringErrorCodes, type ScoringErrorName } from "#server/domain/routing/error-codes";

/** The JSON body of an answer of ours, as a log-format string of the proxy; `code` and `message` may hold its expressions. */
export const errorBody = (code: string, message: string): string => `'{"error":{"code":"${code}","message":"${message}","requestId":"%[var(txn.rid)]"}}'`;

const extraHeaders: Partial<Record<ScoringErrorName, string>> = {
  Unauthorized: " hdr www-authenticate Bearer",
  TokenNotAccepted: " hdr www-authenticate Bearer",
  TooManyRequests: " hdr retry-after 1",
};

/** One line that answers with the given code of ours when the condition holds. */
export function refuse(name: ScoringErrorName, condition: string): string {
  const { code, status, message } = scoringErrorCodes[name];
  return `  http-request return status ${String(status)} content-type application/json hdr x-ms-error-code ${code}${extraHeaders[name] ?? ""} lf-string ${errorBody(code, message)} if ${condition}`;
}
