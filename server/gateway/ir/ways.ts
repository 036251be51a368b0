import type { RoutingEndpoint, RoutingSticky } from "#server/domain/routing/types";

/** The gateway's own headers that a page may read, beside those that the endpoint names. */
const exposedByGateway = [
  "x-request-id",
  "x-ms-request-id",
  "x-ms-client-request-id",
  "x-ms-error-code",
  "azureml-model-deployment",
  "ms-azureml-queue-time",
  "ms-azureml-model-time",
  "ms-azureml-model-error-statuscode",
  "ms-azureml-model-error-reason",
  "ms-azureml-bandwidth-request-delay-ms",
  "ms-azureml-bandwidth-response-delay-ms",
  "retry-after",
];

/**
 * sticky or claim:cookie that is set:cors:any origin:max age:methods:request headers:exposed headers:errors of models:compression, with `.` for what is off;
 * lists with commas. Null for an endpoint with none of it, whose calls then pay one look-up and nothing else.
 */
export function wayEntry({ sticky, cors, modelErrors, compression }: RoutingEndpoint): string | null {
  if (sticky === null && cors === null && modelErrors === "mapped" && !compression) return null;
  const split = [sticky === null ? "." : sticky.by === "claim" ? "claim" : "sticky", sticky?.setCookie === true ? sticky.name : "."];
  const answers = [modelErrors === "mapped" ? "." : modelErrors, compression ? "gzip" : "."];
  if (cors === null) return [...split, ...Array.from({ length: 6 }, () => "."), ...answers].join(":");
  const exposed = [...new Set([...exposedByGateway, ...cors.exposedHeaders])];
  const lists = [cors.methods, cors.headers, exposed].map((list) => list.join(","));
  return [...split, "cors", cors.origins.includes("*") ? "any" : ".", String(cors.maxAgeSeconds), ...lists, ...answers].join(":");
}

/** Where an address may choose one of the endpoint's deployments. A bar is in no name, so that these stand beside the entries of endpoints. */
export const placeEntries = ({ name, pinBy }: RoutingEndpoint): [string, string][] => pinBy.map((place) => [`${name}|${place}`, "pin"]);

/** Which origins may call which endpoint; none for those that let any. */
export const originEntries = ({ name, cors }: RoutingEndpoint): [string, string][] =>
  (cors?.origins ?? []).filter((origin) => origin !== "*").map((origin) => [`${name}|${origin}`, "yes"]);

const space = "[[:space:]]*+";
/** Within a text of JSON a quote has a backslash before it. */
const text = String.raw`"(?:[^"\\]++|\\.)*+"`;
const object = String.raw`([{](?:${text}|[^"{}]++|(?1))*+[}])`;

/**
 * A text or a number that the payload says of its own: texts and objects before it are passed over whole, so what stands within them is never taken for it, and
 * the first of the name decides, whatever its value. Every part is possessive: the search never goes back, and its time grows with the payload's length alone.
 * One that is nested deeper than the matcher's stack allows says nobody.
 */
function claimValue(name: string): string {
  const key = `"${name}"${space}:`;
  return String.raw`${space}[{](?:(?!${key})(?:${text}|${object}|[^"{}]++))*+${key}${space}(?|"((?:[^"\\]++|\\.)++)"|([0-9.eE+-]+))`;
}

/**
 * A pattern with its replacement, which takes the value out of the endpoint's name, a line break and all headers of a call, or what its token says: the proxy
 * can name a header or a claim only in its configuration, but patterns of a table change while it runs. They begin with the endpoint's name, so that others'
 * fail at once, and are written without spaces and semicolons, which its command line takes for itself.
 */
export function stickyEntry(endpoint: string, { by, name }: RoutingSticky): [string, string] {
  const start = `^${endpoint}[[:cntrl:]]`;
  if (by === "claim") return [`${start}(?s:${claimValue(name)})`, "\\2"];
  const value = by === "header" ? `^${name}:[[:blank:]]*([^[:cntrl:]]+)` : `^cookie:(?:[^[:cntrl:]]*[^!#-:<-~[:cntrl:]])?${name}=([!#-:<-~]+)`;
  return [`${start}(?ms:.*?${value})`, "\\1"];
}
