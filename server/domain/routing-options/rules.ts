import { err, ok, type Result } from "#server/kernel/result";
import { invalidInput, type FieldError, type SluiceError } from "../errors";
import { plainNamePattern, headerNamePattern, longestMaxAgeSeconds, mostHeaders, mostOrigins, originPattern } from "./schema";
import { pinPlaces, type CorsRules, type RoutingOptions, type StickyRule } from "./types";

/** Headers that the gateway takes away or writes itself before it looks: by them every caller would be the same one, or none. */
const gatewayHeaders =
  /^(authorization|proxy-authorization|cookie|host|connection|proxy-connection|keep-alive|upgrade|http2-settings|content-length|transfer-encoding|te|trailer|forwarded|x-real-ip|proxy|x-request-id|x-ms-request-id|azureml-model-deployment|traceparent|tracestate|x-(sluice|key|forwarded|split|mirror)-.*)$/;

function stickyProblems({ by, name, setCookie }: StickyRule): FieldError[] {
  const path = "sticky.name";
  const bringsOwn = { path: "sticky.setCookie", message: "only a cookie can be given to callers", remedy: "Choose a cookie, or switch this off." };
  if (by !== "header" && !plainNamePattern.test(name)) {
    const remedy = by === "cookie" ? "For example: visitor." : "For example: sub.";
    return [{ path, message: `a ${by}'s name is 1 to 64 letters, digits, - or _`, remedy }];
  }
  if (by === "cookie") return [];
  if (by === "claim") return setCookie ? [bringsOwn] : [];
  if (!headerNamePattern.test(name))
    return [{ path, message: "a header's name is 1 to 64 letters, digits or -, beginning with a letter", remedy: "For example: x-user-id." }];
  if (gatewayHeaders.test(name))
    return [{ path, message: `${name} is the gateway's own and tells no callers apart`, remedy: "Choose a header that callers send, such as x-user-id." }];
  return setCookie ? [bringsOwn] : [];
}

function originProblem(origin: string): Omit<FieldError, "path"> | null {
  if (origin === "*" || (originPattern.test(origin) && origin.length <= 200)) return null;
  if (origin === "null")
    return { message: "null is what pages without an origin send, and every such page sends it", remedy: "Serve the page from an address of its own." };
  if (origin.includes("*")) return { message: `${origin} has a star inside`, remedy: "Name each origin, or allow any with * alone." };
  return { message: `${origin} is no origin`, remedy: "Write scheme, host and, if it is not the usual one, port, without a path: https://app.example.com." };
}

const many = (path: string, list: readonly string[], most: number): FieldError[] =>
  list.length <= most ? [] : [{ path, message: `has ${String(list.length)} entries`, remedy: `At most ${String(most)} are kept.` }];

function corsProblems({ origins, methods, headers, exposedHeaders, maxAgeSeconds }: CorsRules): FieldError[] {
  const named = { headers, exposedHeaders };
  const names = Object.entries(named).flatMap(([field, list]) => [
    ...many(`cors.${field}`, list, mostHeaders),
    ...list.flatMap((name, index) =>
      headerNamePattern.test(name)
        ? []
        : [
            {
              path: `cors.${field}.${String(index)}`,
              message: `${name} is no name of a header`,
              remedy: "Letters, digits and dashes, each header by its name.",
            },
          ],
    ),
  ]);
  return [
    ...(origins.length === 0
      ? [{ path: "cors.origins", message: "no origin is allowed", remedy: "Name one, allow any with *, or switch browser callers off." }]
      : []),
    ...(origins.includes("*") && origins.length > 1
      ? [{ path: "cors.origins", message: "* allows any origin, and stands alone", remedy: "Leave the others out, or leave * out." }]
      : []),
    ...many("cors.origins", origins, mostOrigins),
    ...origins.flatMap((origin, index) => {
      const problem = originProblem(origin);
      return problem === null ? [] : [{ path: `cors.origins.${String(index)}`, ...problem }];
    }),
    ...(methods.length === 0 ? [{ path: "cors.methods", message: "no method is allowed", remedy: "Scoring needs POST." }] : []),
    ...names,
    ...(Number.isInteger(maxAgeSeconds) && maxAgeSeconds >= 0 && maxAgeSeconds <= longestMaxAgeSeconds
      ? []
      : [{ path: "cors.maxAgeSeconds", message: "is no number of whole seconds up to a day", remedy: `0 to ${String(longestMaxAgeSeconds)}; 600 is usual.` }]),
  ];
}

const unique = <T extends string>(list: readonly T[]): T[] => [...new Set(list)];
const lower = (list: readonly string[]): string[] => unique(list.map((text) => text.trim().toLowerCase()).filter((text) => text !== ""));

/** Browsers leave the usual port out of an origin, and people end one with a slash. */
const originOf = (text: string): string =>
  text
    .replace(/\/$/, "")
    .replace(/^(https:\/\/.*):443$/, "$1")
    .replace(/^(http:\/\/.*):80$/, "$1");

const normal = ({ sticky, cors, pinBy, modelErrors, compression }: RoutingOptions): RoutingOptions => ({
  sticky: sticky === null ? null : { ...sticky, name: sticky.by === "header" ? sticky.name.trim().toLowerCase() : sticky.name.trim() },
  cors:
    cors === null
      ? null
      : {
          ...cors,
          origins: unique(lower(cors.origins).map(originOf)),
          methods: unique(cors.methods),
          headers: lower(cors.headers),
          exposedHeaders: lower(cors.exposedHeaders),
        },
  pinBy: pinPlaces.filter((place) => pinBy.includes(place)),
  modelErrors,
  compression,
});

/** Judges how an endpoint shall treat its callers: the normal form, or every refused field with why and what to do. */
export function judgeRoutingOptions(wish: RoutingOptions): Result<RoutingOptions, SluiceError> {
  const options = normal(wish);
  const problems = [...(options.sticky === null ? [] : stickyProblems(options.sticky)), ...(options.cors === null ? [] : corsProblems(options.cors))];
  const [first] = problems;
  return first === undefined ? ok(options) : err(invalidInput("routing.invalid", `The routing was refused: ${first.message}.`, problems));
}

const list = (texts: readonly string[]): string => texts.join(", ");

const placeNames = { path: "path", host: "host name" } as const;

/** Each setting in a sentence of its own, for the record of who changed what; what came after the first two only where it is on. */
export function describeRoutingOptions({ sticky, cors, pinBy, modelErrors, compression }: RoutingOptions): string {
  const split = sticky === null ? "every call drawn by itself" : `sticky by ${sticky.by} ${sticky.name}${sticky.setCookie ? ", given by the gateway" : ""}`;
  const browsers = cors === null ? "no browser callers" : `pages of ${cors.origins.includes("*") ? "any origin" : list(cors.origins)} by ${list(cors.methods)}`;
  const pins = pinBy.length === 0 ? "" : `; deployments chosen by ${pinBy.map((place) => placeNames[place]).join(" and ")}`;
  const errors = modelErrors === "mapped" ? "" : "; errors of models unchanged";
  return `${split}; ${browsers}${pins}${errors}${compression ? "; answers compressed" : ""}`;
}
