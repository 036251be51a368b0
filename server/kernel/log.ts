import pino from "pino";

export type Logger = pino.Logger;

/** Keys whose values never reach a log line, at any of the depths that our objects have. */
const secretPaths = ["key", "token", "password", "secret", "authorization", "primaryKey", "secondaryKey", "connectionString", "databaseUrl"].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

/** A JSON-lines logger on stdout for one process; `level` is pino's. Values under secret-looking keys are redacted. */
export function createLogger(process: string, level = "info"): Logger {
  return pino({ level, base: { process }, redact: { paths: secretPaths, censor: "[redacted]" }, timestamp: pino.stdTimeFunctions.isoTime });
}
