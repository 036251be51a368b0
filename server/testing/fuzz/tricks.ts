import { fuzzKeys, requestText } from "./request";
import type { Random } from "./random";

type Maker = (random: Random, number: number) => string;

/** Ways to write a transfer coding that one server reads and another does not. */
const codings = [
  "transfer-encoding: chunked",
  "transfer-encoding : chunked",
  "transfer-encoding:\tchunked",
  "transfer-encoding:\x0bchunked",
  "Transfer-Encoding: CHUNKED",
  "transfer-encoding: xchunked",
  "transfer-encoding: chunked, identity",
  "transfer-encoding: identity, chunked",
  "transfer-encoding: gzip, chunked",
  "transfer-encoding:\r\n chunked",
  "transfer-encoding: chunked\r\ntransfer-encoding: x",
  "transfer-encoding: x\r\ntransfer-encoding: chunked",
  "x: y\ntransfer-encoding: chunked",
  "x: y\rtransfer-encoding: chunked",
  "transfer-encoding: \0chunked",
  'transfer-encoding: "chunked"',
  "transfer_encoding: chunked",
  "content-encoding: chunked",
];
const lengths = (right: number): string[] => [
  `content-length: ${String(right)}`,
  `content-length: 0`,
  `content-length: ${String(right)}\r\ncontent-length: 0`,
  `content-length: 0\r\ncontent-length: ${String(right)}`,
  `content-length: ${String(right)}, 0`,
  `content-length: +${String(right)}`,
  `content-length: 0x${right.toString(16)}`,
  `content-length: -1`,
  `content-length: 99999999999999999999`,
  `content-length:\r\n ${String(right)}`,
  `content-length : ${String(right)}`,
  `content-length: ${String(right)} `,
];

/** A second request, at the other endpoint without its key, hidden where one of two readers would find it. */
export const smuggling: Maker = (random, number) => {
  const hidden = requestText(number, { target: `/endpoints/bravo/score?attack=${String(number)}&hidden`, key: random.pick([null, fuzzKeys.alpha]) });
  const body = random.pick([
    `0\r\n\r\n${hidden}`,
    hidden,
    `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`,
    `2;x=${"y".repeat(random.below(50))}\r\n{}\r\n0\r\n\r\n${hidden}`,
    `2\n{}\n0\n\n${hidden}`,
    `0x2\r\n{}\r\n0\r\n\r\n${hidden}`,
    `00000000000000000002\r\n{}\r\n0\r\n\r\n${hidden}`,
    `10000000000000002\r\n{}\r\n0\r\n\r\n${hidden}`,
    `0\r\nauthorization: Bearer ${fuzzKeys.alpha}\r\ncontent-length: 5\r\n\r\n${hidden}`,
    `2\r\n{}XX0\r\n\r\n${hidden}`,
  ]);
  const framing = random.pick([
    [random.pick(codings), random.pick(lengths(body.length))],
    [random.pick(lengths(body.length)), random.pick(codings)],
    [random.pick(codings)],
    [random.pick(lengths(body.length))],
    [random.pick(lengths(random.below(body.length)))],
  ]);
  const method = random.pick(["POST", "GET", "HEAD", "PUT"]);
  const extra = random.pick([[], ["connection: keep-alive, content-length"], ["connection: transfer-encoding"], ["expect: 100-continue"], ["upgrade: h2c"]]);
  return requestText(number, { method, lines: [...framing, ...extra], body });
};

/** Line ends, zero bytes and folds where none belong. */
export const lineTricks: Maker = (random, number) => {
  const text = requestText(number, { lines: ["x-a: b", "x-c: d"] });
  const end = random.pick(["\n", "\r", "\r\r\n", "\n\r", "\0\r\n", "\r\n ", "\r\n\t", "\x0b", "\x85", "\u00a0"]);
  if (random.chance(0.3)) return text.replaceAll("\r\n", end);
  const places = [...text.matchAll(/\r\n/g)].map(({ index }) => index);
  const at = random.pick(places);
  return text.slice(0, at) + end + text.slice(at + 2);
};

/** More, longer and stranger headers than anybody sends. */
export const bombs: Maker = (random, number) => {
  const count = random.pick([1, 50, 99, 101, 150, 1000]);
  const size = random.pick([1, 10, 100, 1000, 15_000, 17_000]);
  const total = Math.min(count, Math.floor(60_000 / size) + 1);
  const name = random.pick(["x-a", "cookie", "authorization", "azureml-model-deployment", "host", "x-ms-client-request-id", "connection", "content-type"]);
  const target = random.chance(0.2) ? `/endpoints/alpha/score?attack=${String(number)}&${"x".repeat(random.below(40_000))}` : undefined;
  const lines = Array.from({ length: total }, () => `${name}: ${"x".repeat(size)}`);
  return requestText(number, { lines, ...(target === undefined ? {} : { target }) });
};

/** Where deployments are named in addresses: bravo allows that, alpha does not. */
const labels = ["alpha-2--alpha", "bravo-1--bravo", "alpha-2--bravo", "bravo--bravo-1", "alpha--bravo--bravo", "--alpha", "alpha--", "bravo-1--bravo|path"];

/** Ways to write a path to somewhere else, with the key of alpha. */
export const pathTricks: Maker = (random, number) => {
  const dot = (): string => random.pick(["..", "%2e%2e", ".%2e", "%2e.", "%252e%252e", "..;", "..%00", ".. ", "%c0%ae%c0%ae", "\\..", "..\\"]);
  const slash = (): string => random.pick(["/", "//", "%2f", "%2F", "\\", "%5c", "/./", ";/", "/;x/", "%252f"]);
  const endpoint = (): string =>
    random.pick(["alpha", "bravo", "ALPHA", "Bravo", "%61lpha", "alpha;x", "alpha|", "alpha#", "alpha:", "alpha%00", "bravo%20", "", "*", ...labels]);
  const route = (): string =>
    random.pick(["score", "SCORE", "swagger.json", "metrics", "score;x", "score/", "%73core", "score%00", "health", "score.json", ""]);
  const path = random.pick([
    () => `/endpoints${slash()}${endpoint()}${slash()}${route()}`,
    () => `/endpoints/alpha${slash()}${dot()}${slash()}bravo${slash()}score`,
    () => `/endpoints/alpha/score${slash()}${dot()}${slash()}${dot()}${slash()}bravo/score`,
    () => `http://${random.pick(["gateway", "bravo", "127.0.0.1:1", "alpha@bravo", "[::1]"])}/endpoints/${endpoint()}/${route()}`,
    () => `//bravo/endpoints/${endpoint()}/${route()}`,
    () => `endpoints/${endpoint()}/score`,
    () => `/endpoints/alpha/score#/endpoints/bravo/score`,
    () => `/endpoints/alpha/score?/../../bravo/score`,
    () => `/endpoints/${random.bytes(8).replace(/[\r\n ]/g, "")}/score`,
    () => `*`,
  ])();
  const mark = path.includes("?") ? `&attack=${String(number)}` : `?attack=${String(number)}`;
  return requestText(number, { target: path === "*" ? path : path + mark, method: random.pick(["POST", "GET"]) });
};

/** Hosts that name something else, twice or not at all. */
export const hostTricks: Maker = (random, number) => {
  const host = random.pick([
    "bravo",
    "bravo.gateway",
    "127.0.0.1:9",
    "a@b",
    "gateway:99999",
    "gateway/endpoints/bravo",
    "",
    " ",
    "[::1",
    "\xff",
    "x".repeat(300),
    "gateway, bravo",
    ...labels.map((label) => `${label}.endpoints.example.com`),
  ]);
  const lines = random.pick([
    [],
    [`host: ${random.pick(["gateway", "bravo"])}`],
    ["x-forwarded-host: bravo"],
    [":authority: bravo"],
    ["x-original-url: /endpoints/bravo/score"],
    ["x-rewrite-url: /endpoints/bravo/score"],
    ["x-http-method-override: GET"],
  ]);
  const target = random.chance(0.3) ? `http://${random.pick(["bravo", "gateway", "x y"])}/endpoints/alpha/score?attack=${String(number)}` : undefined;
  return requestText(number, { host: random.chance(0.1) ? null : host, lines, ...(target === undefined ? {} : { target }) });
};

/** Headers in the gateway's own words, and near the documented pin. */
export const spoofs: Maker = (random, number) => {
  const name = random.pick([
    "x-sluice-to",
    "x-sluice-mirror",
    "x-sluice-deployment",
    "X-Sluice-Deadline-Ms",
    "x_sluice_to",
    "x-split-bucket",
    "x-split-slot",
    "x-mirror-to",
    "x-key-name",
    "x-key-id",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-prefix",
    "forwarded",
    "x-real-ip",
    "x-request-id",
    "x-ms-request-id",
    "azureml_model_deployment",
    "azureml-model-deployment-x",
    "x-azureml-model-deployment",
    "azureml-model-group",
    "ms-azureml-model-error-statuscode",
    "connection",
    "trailer",
  ]);
  const value = random.pick([
    "alpha-2",
    "bravo-1",
    "bravo",
    "1",
    "secondary",
    "dep_alpha-2",
    "azureml-model-deployment",
    "x-request-id, x-sluice-deadline-ms",
    random.bytes(5).replace(/[\r\n]/g, ""),
  ]);
  const inTrailer = random.chance(0.2);
  const line = `${name}: ${value}`;
  return inTrailer
    ? requestText(number, { lines: ["transfer-encoding: chunked"], body: `2\r\n{}\r\n0\r\n${line}\r\nazureml_model_deployment: alpha-2\r\n\r\n` })
    : requestText(number, { lines: random.chance(0.5) ? [line] : [line, line.toUpperCase()] });
};

export const methodTricks: Maker = (random, number) => {
  const method = random.pick(["CONNECT", "TRACE", "OPTIONS", "PRI", "post", "P", "X".repeat(500), "GET\tPOST", "", "POST ", "PO\0ST", "PURGE", "*", "POST/x"]);
  const target = random.pick([
    `/endpoints/alpha/score?attack=${String(number)}`,
    "bravo:443",
    "*",
    `http://bravo/endpoints/bravo/score?attack=${String(number)}`,
  ]);
  const version = random.pick(["HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.10", "http/1.1", "ICY/1.1", ""]);
  return requestText(number, { method, target }).replace("HTTP/1.1", version);
};
