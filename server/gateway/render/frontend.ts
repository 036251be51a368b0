import { mostShadows } from "#server/domain/routing/schema";
import { templatePrefix } from "../ir/proxy-state";
import type { GatewayLayout } from "../layout";
import type { GatewaySettings } from "../settings";
import { dialAddress } from "./backends";
import { cors, corsAnswers } from "./cors";
import { longestUnsizedBody } from "./global";
import { bandwidthFilters, bandwidthLimits, bodyLimit, countCall, countLimits, headLimits, silenceLimits } from "./limits";
import { renderLogFormat } from "./log-format";
import { acceptance, tokens } from "./tokens";
import { addressPin, pin, pinned } from "./pin";
import { granted, grpcAnswers, isGrpc, refuse } from "./refusal";
import { split, stickyAnswers } from "./sticky";
import { table, way, wayField } from "./table";

/** Our own request id, time-ordered, and the caller's own, reduced to harmless characters. */
const identity = [
  "  http-request set-var(txn.rid) uuid(7)",
  "  http-request set-var(txn.arrival) date(0,ms)",
  '  http-request set-var(txn.cid) "req.fhdr(x-ms-client-request-id),regsub([^A-Za-z0-9._-],,g),bytes(0,100)"',
  "  http-request set-var(txn.ua) req.fhdr(user-agent),bytes(0,70)",
  "  http-request set-var(txn.path) path,bytes(0,256)",
  "  http-request set-var(txn.tok) http_auth_bearer",
  // Browsers' variant of it ends in -web, and is ordinary HTTP.
  "  http-request set-var(txn.grpc) bool(true) if { req.ver 2.0 } METH_POST { req.fhdr(content-type) -m reg ^application/grpc([+;]|$) }",
];

/** Headers that only we may set are removed. */
const hygiene = [
  "  http-request del-header x-sluice- -m beg",
  "  http-request del-header x-key- -m beg",
  "  http-request del-header x-forwarded- -m beg",
  "  http-request del-header x-split- -m beg",
  "  http-request del-header x-mirror- -m beg",
  "  http-request del-header forwarded",
  "  http-request del-header x-real-ip",
  "  http-request del-header proxy",
  "  http-request del-header authorization",
  "  http-request del-header proxy-authorization",
  // What the caller says of its own connection is not for the model's. WebSocket needs it; another protocol, such as h2c, could carry calls past us.
  "  http-request del-header keep-alive",
  "  http-request del-header proxy-connection",
  "  http-request del-header upgrade if !{ req.fhdr(upgrade) -i -m str websocket } || { req.fhdr_cnt(upgrade) gt 1 } || !{ req.hdr(connection) -i -m str upgrade }",
  "  http-request del-header http2-settings",
  "  http-request del-header connection if !{ req.hdr(upgrade) -m found }",
  "  http-request set-header x-forwarded-for %[src]",
  "  http-request set-header x-forwarded-proto https if { ssl_fc }",
  "  http-request set-header x-forwarded-proto http if !{ ssl_fc }",
  "  http-request set-header x-request-id %[var(txn.rid)]",
  // The inference server calls this one deprecated, with a line in the log for every request.
  "  http-request del-header x-ms-request-id",
  "  http-request set-header x-ms-client-request-id %[var(txn.cid)] if { var(txn.cid) -m found }",
];

const id = (offset: number, length: number): string => `%[var(txn.rid),bytes(${String(offset)},${String(length)})]`;

/** A trace that the caller did not begin, or not as W3C says, begins with our request id; its random end is the parent's id. */
const trace = [
  "  http-request set-var(txn.traced) bool(true) if { req.fhdr(traceparent) -m reg ^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-|$) }",
  "  http-request del-header tracestate if !{ var(txn.traced) -m bool }",
  `  http-request set-header traceparent 00-${id(0, 8)}${id(9, 4)}${id(14, 4)}${id(19, 4)}${id(24, 12)}-${id(19, 4)}${id(24, 12)}-01 if !{ var(txn.traced) -m bool }`,
];

/** The proxy hands versions that do not exist, and addresses with a host in them, on as they are; models need not know either. */
const form = [
  refuse("BadRequest", "!{ req.ver 1.0 1.1 2.0 }"),
  "  http-request set-uri %[pathq] if !{ req.ver 2.0 } !{ url_beg / } || !{ url_beg / http:// https:// }",
];

/** By path, else by host name, which is all that says it where a protocol has paths of its own. */
const endpoint = (domain: string | null): string[] => [
  "  http-request set-var(txn.ep) path,field(3,/),lower if { path_beg /endpoints/ }",
  "  http-request set-var(txn.host) req.hdr(host),host_only,lower if !{ path_beg /endpoints/ }",
  ...(domain === null ? [] : [`  http-request set-var(txn.ep) var(txn.host),field(1,.) if { var(txn.host),field(2,.,0) -m str ${domain} }`]),
  // A domain of the endpoint's own.
  `  http-request set-var(txn.ep) var(txn.host),${table("hosts")} if { var(txn.host) -m found } !{ var(txn.ep) -m found }`,
  ...addressPin,
  `  http-request set-var(txn.auth) var(txn.ep),${table("endpoints")} if { var(txn.ep) -m found }`,
  // An unknown name goes no further: not into the log either, where it would become a series of its own.
  "  http-request unset-var(txn.ep) if !{ var(txn.auth) -m found }",
  refuse("EndpointNotFound", "!{ var(txn.auth) -m found }"),
  "  http-request set-var(txn.by_path) bool(true) if { path_beg /endpoints/ }",
  "  http-request set-var-fmt(txn.rest) /%[path,field(4,/,0)] if { path_beg /endpoints/ }",
  "  http-request set-var(txn.rest) path if !{ path_beg /endpoints/ }",
];

/** Keys are 256 random bits, so a plain hash is as good as a slow one. */
const keys = [
  "  http-request set-var(txn.hash) var(txn.tok),sha2(256),hex,lower if { var(txn.tok) -m found } !{ var(txn.auth) -m str token }",
  `  http-request set-var(txn.key) var(txn.ep),concat(|,txn.hash),${table("keys")} if { var(txn.hash) -m found }`,
];
const nobody = refuse("Unauthorized", "!{ var(txn.key) -m found } !{ var(txn.jwt) -m bool }");

/** Where the rates of client keys are counted, by the key's id. */
const keyRates = `${templatePrefix}key-rates`;

/**
 * What a named client key may do stands behind its name in the same entry: one look-up for any number of keys. Callers with the endpoint's own two
 * keys meet conditions that fail at once. Refused calls are not counted, so that a caller that never pauses still gets the key's rate.
 */
const grants = [
  "  http-request set-var(txn.grant) var(txn.key) if { var(txn.key) -m sub : }",
  "  http-request set-var(txn.key) var(txn.grant),field(1,:) if { var(txn.grant) -m found }",
  refuse("KeyExpired", `{ ${granted(3)},sub(txn.arrival) -m int le 0 }`),
  refuse("KeyQuotaReached", `{ ${granted(4)},sub(txn.arrival) -m int gt 0 }`),
  refuse("PinNotAllowed", pinned.map((chosen) => `{ ${granted(8)} -m str nopin } ${chosen}`).join(" || "), { "{holder}": "key %[var(txn.key)]" }),
  `  http-request set-var(txn.rate) ${granted(5)},mul(1) if { var(txn.grant) -m found }`,
  `  http-request track-sc1 ${granted(2)} table ${keyRates} if { var(txn.rate) -m int gt 0 }`,
  refuse("KeyRateReached", "{ var(txn.rate) -m int gt 0 } { sc1_gpc0_rate,sub(txn.rate) -m int ge 0 }"),
  "  http-request sc-inc-gpc0(1) if { var(txn.rate) -m int gt 0 }",
];

/** Memory is taken per key in use; one that pauses for the window is forgotten. */
export const renderKeyRates = (): string =>
  [`backend ${keyRates}`, "  stick-table type string len 64 size 100k expire 10s store gpc0,gpc0_rate(1s)", ""].join("\n");

export const deployment = [
  "  http-request set-var(txn.dep) var(txn.dc),field(1,:)",
  "  http-request set-var(txn.be) var(txn.dc),field(2,:)",
  "  http-request set-var(txn.t_model) var(txn.dc),field(3,:),mul(1)",
  "  http-request set-var(txn.t_queue) var(txn.dc),field(4,:),mul(1)",
  "  http-request set-var(txn.cap) var(txn.dc),field(5,:),mul(1)",
  "  http-request set-var(txn.body_max) var(txn.dc),field(6,:),mul(1)",
  "  http-request set-var(txn.connections) var(txn.dc),field(7,:)",
  // The last field, with all colons that the path itself has.
  "  http-request set-var(txn.route) var(txn.dc),field(8,:,0)",
];

/**
 * The scoring route, which answers as `/score` as well, the API's description, and what the environment declares beside them pass. Below a
 * declared prefix, segments that a server could read as a way out of it are refused, also when they are encoded. Calls of gRPC pass where containers
 * take them, as `/service/method` and in no other form.
 */
export const route = [
  `  http-request set-var(txn.is_score) bool(true) if !${isGrpc} { var(txn.rest) -m str /score } || !${isGrpc} { var(txn.rest),strcmp(txn.route) eq 0 }`,
  `  http-request set-var(txn.declared) var(txn.be),concat(|grpc),${table("routes")} if ${isGrpc} { var(txn.rest) -m reg ^/[A-Za-z_][A-Za-z0-9_.]*/[A-Za-z_][A-Za-z0-9_]*$ }`,
  `  http-request set-var(txn.declared) var(txn.be),concat(|,txn.rest),${table("routes")} if !{ var(txn.is_score) -m bool } !${isGrpc}`,
  `  http-request set-var(txn.prefix) var(txn.be),concat(|*),${table("routes")} if !{ var(txn.is_score) -m bool } !{ var(txn.declared) -m found } !${isGrpc}`,
  "  http-request set-var(txn.prefix_length) var(txn.prefix),length if { var(txn.prefix) -m found }",
  "  http-request set-var-fmt(txn.head) %[var(txn.rest)]/ if { var(txn.prefix) -m found }",
  "  http-request set-var(txn.declared) str(prefix) if { var(txn.prefix) -m found } { var(txn.head),bytes(0,txn.prefix_length),strcmp(txn.prefix) eq 0 } !{ var(txn.rest),url_dec -m reg (^|/)[.]{1,2}(/|$)|//|\\\\x5c }",
  "  http-request set-var(txn.passes) bool(true) if { var(txn.is_score) -m bool } || { var(txn.declared) -m found } || { var(txn.rest) -m str /swagger.json } METH_GET",
  refuse("RouteNotFound", "!{ var(txn.passes) -m bool }"),
  "  http-request set-path %[var(txn.route)] if { var(txn.is_score) -m bool }",
  "  http-request set-path %[var(txn.rest)] if !{ var(txn.is_score) -m bool }",
];

/**
 * A body without a length is measured in the large buffer; when it does not fit there its size cannot be judged. Calls of gRPC are streams of messages,
 * for whose sizes caller and server have limits of their own.
 */
const bodies = [
  "  http-request set-var(txn.body_over) req.hdr_val(content-length),sub(txn.body_max) if { req.hdr(content-length) -m found }",
  `  http-request wait-for-body time 10s use-large-buffer if !{ req.hdr(content-length) -m found } !${isGrpc}`,
  `  http-request set-var(txn.body_over) req.body_len,sub(txn.body_max) if !{ req.hdr(content-length) -m found } !${isGrpc}`,
  refuse("PayloadTooLarge", "{ var(txn.body_over) -m int gt 0 }", { "{use}": "%[var(txn.body_over),add(txn.body_max)]", "{limit}": "%[var(txn.body_max)]" }),
  refuse("LengthRequired", `!${isGrpc} !{ req.hdr(content-length) -m found } { req.body_len ge ${String(longestUnsizedBody)} }`),
];

/** The deadline is absolute, so that a request that waited too long can be dropped by whoever holds it. */
export const handOver = [
  "  http-request set-var(txn.deadline) var(txn.t_model),add(txn.t_queue),add(txn.arrival)",
  "  http-request set-header x-sluice-deadline-ms %[var(txn.deadline)]",
  "  http-request set-header azureml-model-deployment %[var(txn.dep)]",
];

/** What the proxy says itself has a code; the status of a model, which may come unchanged, is not for us to replace. */
const own = "{ res.hdr(x-ms-error-code) -m found }";

/** Runs on every answer, ours or the model's; Azure's statuses replace the proxy's own. */
export const answers = [
  "  http-after-response set-header x-request-id %[var(txn.rid)]",
  "  http-after-response set-header x-ms-request-id %[var(txn.rid)]",
  "  http-after-response set-header x-ms-client-request-id %[var(txn.cid)] if { var(txn.cid) -m found }",
  "  http-after-response set-header azureml-model-deployment %[var(txn.dep)] if { var(txn.dep) -m found }",
  "  http-after-response set-var(txn.code) res.hdr(x-ms-error-code) if !{ var(txn.mstatus) -m found }",
  `  http-after-response set-status 408 reason "Request Timeout" if { status 504 } ${own} || { status 400 } { var(txn.code) -m str ClientTimeout }`,
  '  http-after-response set-status 429 reason "Too Many Requests" if { status 503 } { txn.sess_term_state sQ }',
  `  http-after-response set-status 424 reason "Failed Dependency" if { status 502 } ${own}`,
];

/** Two rules for each possible shadow: endpoints without a mirror meet all of them. A deployment is not compared with itself. */
const drawn = (shadow: number): string[] => {
  const share = `txn.share${String(shadow)}`;
  const name = `var(txn.mirror),field(${String(2 * shadow + 3)},:)`;
  return [
    `  http-request set-var(${share}) var(txn.mirror),field(${String(2 * shadow + 2)},:),mul(1) if { var(txn.mirror) -m found }`,
    `  http-request set-var(txn.shadow${String(shadow)}) ${name} if { var(${share}) -m int gt 0 } { rand(1000000),sub(${share}) lt 0 } !{ ${name},strcmp(txn.dep) eq 0 }`,
  ];
};
const shadows = Array.from({ length: mostShadows }, (_, shadow) => shadow);
const noShadow = ",".repeat(mostShadows - 1);

/**
 * Which calls are copied, and to whom. A pinned one never is, as Azure has it, nor what is no plain exchange of a request and an answer.
 */
const mirror = [
  `  http-request set-var(txn.mirror) var(txn.ep),${table("mirrors")} if !{ var(txn.pin) -m found } !{ req.hdr(upgrade) -m found } !{ path /swagger.json } !${isGrpc}`,
  // What the mirror's stricter reading could refuse goes straight, and all of it once this proxy drains, as its sockets take nothing new then.
  "  http-request unset-var(txn.mirror) if { var(txn.mirror) -m found } !{ method GET HEAD POST PUT PATCH DELETE OPTIONS } || { var(txn.mirror) -m found } { req.hdr(expect) -m found } || { var(txn.mirror) -m found } { req.ver 1.0 } || { stopping }",
  ...shadows.flatMap(drawn),
  `  http-request set-var-fmt(txn.shadows) ${shadows.map((shadow) => `%[var(txn.shadow${String(shadow)})]`).join(",")} if { var(txn.mirror) -m found }`,
];

export const logged = [renderLogFormat(), "  log ring@access len 4096 format raw local0"];

/** Where calls go that are copied on their way, and those whose answers may be compressed, and both. */
/** Where those come in again. */
export const primaryWay = `${templatePrefix}primary`;
export const detours = { copied: `${templatePrefix}mirror`, packed: `${templatePrefix}packed`, both: `${templatePrefix}mirror-packed` } as const;

const isCopied = `{ var(txn.shadows) -m found } !{ var(txn.shadows) -m str ${noShadow} }`;
/** HEAD keeps the length that the answer to GET has without; the rest is no plain exchange, or would meet closed sockets while this proxy drains. */
/** Each takes a connection more than a call does otherwise. Beyond these, answers go out as they are, and copies of calls still find room. */
const mostPacked = 400;
const hasRoom = `{ fe_conn(${primaryWay}) lt ${String(mostPacked)} }`;
const mayPack = `{ ${wayField(10)} -m str gzip } { req.fhdr(accept-encoding) -m sub -i gzip } !METH_HEAD !{ req.hdr(upgrade) -m found } !${isGrpc} !{ stopping } ${hasRoom}`;
const ways = [
  `  http-request set-var(txn.packed) bool(true) if ${mayPack}`,
  `  use_backend ${detours.both} if { var(txn.packed) -m bool } ${isCopied}`,
  `  use_backend ${detours.packed} if { var(txn.packed) -m bool }`,
  `  use_backend ${detours.copied} if ${isCopied}`,
];

function binds(settings: GatewaySettings, layout: GatewayLayout): string[] {
  return [
    `  bind ${dialAddress(settings.bind)} ssl crt ${layout.certificate} crt-list ${layout.domainList} alpn h2,http/1.1`,
    ...(settings.plainHttp === null ? [] : [`  bind 127.0.0.1:${String(settings.plainHttp.port)}`]),
  ];
}

/** The one door for scoring requests: who asks, which endpoint, which deployment, and whether it may pass. */
export function renderFrontend(settings: GatewaySettings, layout: GatewayLayout): string {
  return [
    "frontend sluice:inference from base",
    ...binds(settings, layout),
    `  maxconn ${String(settings.maxConnections)}`,
    "  option idle-close-on-response",
    ...bandwidthFilters,
    ...identity,
    ...form,
    ...endpoint(settings.domain),
    ...way,
    ...cors,
    ...headLimits,
    ...hygiene,
    ...trace,
    ...acceptance,
    ...keys,
    ...tokens,
    nobody,
    ...countLimits,
    ...grants,
    ...countCall,
    ...pin,
    ...split,
    ...deployment,
    ...route,
    ...silenceLimits,
    ...bodyLimit,
    ...bodies,
    ...bandwidthLimits,
    ...handOver,
    ...mirror,
    ...answers,
    ...stickyAnswers,
    ...corsAnswers,
    ...grpcAnswers,
    ...logged,
    ...ways,
    "  use_backend %[var(txn.be)]",
    "",
  ].join("\n");
}

/** Readiness and the proxy's own gauges, on loopback; the empty text when switched off. */
export function renderOps(settings: GatewaySettings): string {
  if (settings.opsPort === null) return "";
  return [
    "frontend sluice:ops from base",
    `  bind 127.0.0.1:${String(settings.opsPort)}`,
    "  monitor-uri /ready",
    "  http-request use-service prometheus-exporter if { path /metrics }",
    "  http-request return status 404",
    "  no log",
    "",
  ].join("\n");
}
