import { templatePrefix } from "../ir/proxy-state";
import { isGrpc, refuse } from "./refusal";

/** Where endpoints with limits are counted, by name: accepted calls, first calls of connections, calls under way, bytes, and both bandwidth clocks. */
export const limitTable = `${templatePrefix}limits`;

/** Longest that a bandwidth clock may run ahead, in microseconds; memory of an endpoint that pauses must outlast it. */
const mostAheadUs = 120_000_000;
/** Bytes that may pass at once, as time: one second's worth. */
const burstUs = 1_000_000;
/** Clocks lie in 32-bit columns, so they count microseconds in a circle of 36 minutes. One that is further ahead than it may be lies in the past. */
const circle = 2 ** 31;

/** Memory is taken per endpoint in use. */
export const renderLimitTable = (): string =>
  [
    `backend ${limitTable}`,
    "  stick-table type string len 64 size 20k expire 5m store gpc0,gpc0_rate(1s),gpc1,gpc1_rate(1s),conn_cur,bytes_in_rate(10s),bytes_out_rate(10s),gpt(2)",
    "",
  ].join("\n");

const limited = "{ var(txn.limits) -m found }";
const field = (number: number): string => `var(txn.limits),field(${String(number)},:)`;
/** An expression for what messages say; the field is in the entry as it is. */
const said = (number: number): string => `%[${field(number)}]`;
const counted = (counter: string): string => `var(txn.ep),table_${counter}(${limitTable})`;

/**
 * Limits stand behind a bar in the entry that every call looks up anyway, so calls of endpoints without limits meet conditions that fail at once. What
 * is judged here is the head as the caller sent it: the gateway changes headers afterwards.
 */
export const headLimits = [
  "  http-request set-var(txn.limits) var(txn.auth),field(2,|) if { var(txn.auth) -m sub | }",
  `  http-request set-var(txn.auth) var(txn.auth),field(1,|) if ${limited}`,
  `  http-request set-var(txn.uri_max) ${field(10)},mul(1) if ${limited}`,
  "  http-request set-var(txn.uri) pathq,length if { var(txn.uri_max) -m int gt 0 }",
  refuse("EndpointUriTooLong", "{ var(txn.uri),sub(txn.uri_max) -m int gt 0 }", { "{use}": "%[var(txn.uri)]", "{limit}": said(10) }),
  `  http-request set-var(txn.head_max) ${field(11)},mul(1) if ${limited}`,
  "  http-request set-var(txn.head_size) req.hdrs,length if { var(txn.head_max) -m int gt 0 }",
  refuse("EndpointHeadersTooLarge", "{ var(txn.head_size),sub(txn.head_max) -m int gt 0 }", { "{use}": "%[var(txn.head_size)]", "{limit}": said(11) }),
];

const counts = [
  { name: "EndpointRateReached", variable: "txn.rps", here: 1, counter: "gpc0_rate", when: "" },
  { name: "EndpointConnectionsReached", variable: "txn.conns", here: 3, counter: "conn_cur", when: "" },
  { name: "EndpointNewConnectionsReached", variable: "txn.news", here: 5, counter: "gpc1_rate", when: "{ var(txn.fresh) -m bool } " },
] as const;

/**
 * After the key, so that strangers cannot use up what callers may have. A call is judged before it is counted: refused ones count nowhere. The proxy
 * knows a connection's endpoint by its first call only, so a connection is new to an endpoint when its last call went to none or another.
 */
export const countLimits = [
  `  http-request set-var(txn.fresh) bool(true) if ${limited} !{ var(sess.ep),strcmp(txn.ep) eq 0 }`,
  ...counts.flatMap(({ name, variable, here, counter, when }) => [
    `  http-request set-var(${variable}) ${field(here)},mul(1) if ${limited}`,
    refuse(name, `${when}{ var(${variable}) -m int gt 0 } { ${counted(counter)},sub(${variable}) -m int ge 0 }`, {
      "{limit}": said(here + 1),
      "{here}": said(here),
      "{use}": `%[${counted(counter)}]`,
    }),
  ]),
];

/** Once nothing about the caller speaks against the call. */
export const countCall = [
  `  http-request track-sc0 var(txn.ep) table ${limitTable} if ${limited}`,
  `  http-request sc-inc-gpc0(0) if ${limited}`,
  "  http-request sc-inc-gpc1(0) if { var(txn.fresh) -m bool }",
  "  http-request set-var(sess.ep) var(txn.ep) if { var(txn.fresh) -m bool }",
];

/** How long a caller may be silent while it sends or takes a body, and how long both sides of an upgraded connection. */
export const silenceLimits = [
  `  http-request set-var(txn.slow) ${field(12)},mul(1) if ${limited}`,
  `  http-request set-var(txn.idle) ${field(13)},mul(1) if ${limited}`,
  "  http-request unset-var(txn.slow) if { var(txn.slow) -m int eq 0 }",
  "  http-request unset-var(txn.idle) if { var(txn.idle) -m int eq 0 }",
  '  http-request set-var-fmt(txn.stalled) " Callers of this endpoint may be silent for %[var(txn.slow)] ms." if { var(txn.slow) -m found }',
  "  http-request set-timeout client var(txn.slow) if { var(txn.slow) -m found }",
];

/** The endpoint's limit of a body's size where it is less than the deployment's. */
export const bodyLimit = [
  `  http-request set-var(txn.body_own) ${field(9)},mul(1) if ${limited}`,
  "  http-request set-var(txn.body_max) var(txn.body_own) if { var(txn.body_own) -m int gt 0 } { var(txn.body_own),sub(txn.body_max) -m int lt 0 }",
];

/** How far a clock is ahead of the time; the first reading of a new one is 0. */
const ahead = (rule: string, index: number, condition: string): string[] => [
  `${rule} set-var(txn.clock) date(0,us),mod(${String(circle)}) if ${condition}`,
  `${rule} set-var(txn.ahead) sc_get_gpt(${String(index)},0),add(${String(circle)}),sub(txn.clock),mod(${String(circle)}) if ${condition}`,
  `${rule} set-var(txn.ahead) int(0) if ${condition} { sc_get_gpt(${String(index)},0) eq 0 } || ${condition} { var(txn.ahead) -m int gt ${String(mostAheadUs)} }`,
];

type Way = "request" | "response";

/**
 * A clock that runs ahead of the time by what has passed, divided by the bandwidth; whoever finds it further ahead than the burst waits for the rest. So all
 * calls of the endpoint share one bandwidth, in the order of their coming, and each knows its delay before it waits.
 */
function clock(way: Way): string[] {
  const [rule, size, delay, index] =
    way === "request" ? (["  http-request", "txn.size_in", "txn.delay_in", 0] as const) : (["  http-response", "txn.size_out", "txn.delay_out", 1] as const);
  const sized = `{ var(${size}) -m found }`;
  const late = `{ var(${delay}) -m int gt 0 }`;
  return [
    ...ahead(rule, index, sized),
    `${rule} set-var(txn.cost) var(${size}),mul(1000000),div(txn.bandwidth) if ${sized}`,
    `${rule} set-var(txn.ahead) var(txn.ahead),add(txn.cost) if ${sized}`,
    `${rule} set-var(txn.ahead) int(${String(mostAheadUs)}) if ${sized} { var(txn.ahead) -m int gt ${String(mostAheadUs)} }`,
    `${rule} set-var(txn.next) var(txn.ahead),add(txn.clock),mod(${String(circle)}) if ${sized}`,
    `${rule} sc-set-gpt(${String(index)},0) var(txn.next) if ${sized}`,
    `${rule} set-var(${delay}) var(txn.ahead),sub(${String(burstUs)}),div(1000) if ${sized}`,
    `${rule} set-var(${delay}) int(0) if { var(${delay}) -m int lt 0 }`,
    // Whoever waits for us is not a silent caller.
    `${rule} set-var(txn.patience) var(${delay}),add(60000) if ${late}`,
    `${rule} set-timeout client var(txn.patience) if ${late}`,
    `${rule} pause var(${delay}) if ${late}`,
    `${rule} set-var(txn.patience) int(60000) if ${late}`,
    `${rule} set-var(txn.patience) var(txn.slow) if ${late} { var(txn.slow) -m found }`,
    `${rule} set-timeout client var(txn.patience) if ${late}`,
  ];
}

const bandwidth = "{ var(txn.bandwidth) -m int gt 0 }";

/**
 * Bodies wait before they pass, so that a delay is known by the time the answer's headers go. A body without a length (streams) cannot be charged before
 * it is over: its stream is slowed instead, to the bandwidth divided by the calls that are under way at its beginning.
 */
export const bandwidthLimits = [
  `  http-request set-var(txn.bandwidth) ${field(7)},mul(1) if ${limited}`,
  `  http-request set-var(txn.size_in) req.hdr_val(content-length) if ${bandwidth} { req.hdr(content-length) -m found }`,
  `  http-request set-var(txn.size_in) req.body_len if ${bandwidth} !{ req.hdr(content-length) -m found } !${isGrpc}`,
  ...clock("request"),
  // A clock that nothing advances would come round to the future.
  ...ahead("  http-request", 1, bandwidth),
  `  http-request sc-set-gpt(1,0) var(txn.clock) if ${bandwidth} { var(txn.ahead) -m int eq 0 }`,
  // Neither the deadline nor the wait in the queue begin before the call goes on.
  "  http-request set-var(txn.arrival) date(0,ms) if { var(txn.delay_in) -m int gt 0 }",
  `  http-request set-var(txn.each) sc_conn_cur(0) if ${bandwidth}`,
  `  http-request set-var(txn.each) var(txn.bandwidth),div(txn.each) if ${bandwidth}`,
  `  http-request set-bandwidth-limit stream-in limit var(txn.each) period 1s if ${bandwidth} ${isGrpc} || ${bandwidth} { req.hdr(upgrade) -m found }`,
  `  http-response set-var(txn.size_out) res.hdr_val(content-length) if ${bandwidth} { res.hdr(content-length) -m found }`,
  ...clock("response"),
  `  http-response set-bandwidth-limit stream-out limit var(txn.each) period 1s if ${bandwidth} !{ res.hdr(content-length) -m found }`,
  `  http-after-response set-header ms-azureml-bandwidth-request-delay-ms %[var(txn.delay_in)] if { var(txn.delay_in) -m found }`,
  `  http-after-response set-header ms-azureml-bandwidth-response-delay-ms %[var(txn.delay_out)] if { var(txn.delay_out) -m found }`,
];

/** The filters that slow single streams; they do nothing until a rule gives them a limit. */
export const bandwidthFilters = [
  "  filter bwlim-in stream-in default-limit 2g default-period 1s min-size 1460",
  "  filter bwlim-out stream-out default-limit 2g default-period 1s min-size 1460",
];
