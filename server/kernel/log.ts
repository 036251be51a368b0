import pino from "pino";

export type Logger = pino.Logger;

/** Keys whose values never reach a log line, at any of the depths that our objects have. */
const secretPaths = [
  "key", "token", "password", "secret", "authorization", "primaryKey", "secondaryKey", "connectionString", "databaseUrl", "secretAccessKey", "accessKeyId",
  "clientSecret", "masterKey", "authSecret",
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]); // prettier-ignore

/** A JSON-lines logger for one process, on stdout unless `to` is given; `level` is pino's. Values under secret-looking keys are redacted. */
export function createLogger(process: string, level = "info", to?: pino.DestinationStream): Logger {
  const options = { level, base: { process }, redact: { paths: secretPaths, censor: "[redacted]" }, timestamp: pino.stdTimeFunctions.isoTime };
  return to === undefined ? pino(options) : pino(options, to);
}
