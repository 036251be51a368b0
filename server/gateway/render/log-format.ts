/**
 * Fields of one access log line, in the order of the line: short name, type, expression of the proxy.
 * The agent turns a line into a request row, see `access-log/parse.ts`.
 */
export const logFields = [
  ["id", "str", "[var(txn.rid)]"],
  ["cid", "str", "[var(txn.cid)]"],
  ["t", "sint", "[request_date(ms)]"],
  ["ep", "str", "[var(txn.ep)]"],
  ["dep", "str", "[var(txn.dep)]"],
  ["inst", "str", "s"],
  ["m", "str", "HM"],
  ["path", "str", "[var(txn.path)]"],
  ["st", "sint", "ST"],
  ["mst", "sint", "[var(txn.mstatus)]"],
  ["code", "str", "[var(txn.code)]"],
  ["gs", "str", "[var(txn.grpc_status)]"],
  ["tw", "sint", "Tw"],
  ["tc", "sint", "Tc"],
  ["tr", "sint", "Tr"],
  ["ta", "sint", "Ta"],
  ["rx", "sint", "U"],
  ["tx", "sint", "B"],
  ["key", "str", "[var(txn.key)]"],
  ["sub", "str", "[var(txn.sub)]"],
  ["ua", "str", "[var(txn.ua)]"],
  ["pin", "str", "[var(txn.pin)]"],
  ["rc", "str", "rc"],
  ["ts", "str", "ts"],
  // Of a mirrored call: what the mirror's way to the model says of it. Of a copy: who it was made for.
  ["prim", "str", "[var(txn.primary)]"],
  ["copy", "str", "[var(txn.copy)]"],
] as const satisfies readonly (readonly [string, "str" | "sint", string])[];

/** One JSON object per request; the query string stays out of it, as it may hold secrets. */
export function renderLogFormat(): string {
  const fields = logFields.map(([name, type, expression]) => `%(${name}:${type})${expression}`).join(" ");
  return `  log-format "%{+json}o ${fields}"`;
}
