import { refuse } from "./refusal";
import { table, wayField } from "./table";

const on = `{ ${wayField(3)} -m str cors }`;
const any = `{ ${wayField(4)} -m str any }`;
const allowed = "{ var(txn.allow_origin) -m found }";
const preflight = "{ var(txn.preflight) -m bool }";

/**
 * Browsers ask before they call, without a key: answered here, and no row is written, as it is no call. An origin that is not allowed is refused with words for
 * the page's developer; its other calls pass as any caller's do, and the browser keeps the answers from the page.
 */
export const cors = [
  `  http-request set-var(txn.origin) req.fhdr(origin) if ${on} { req.fhdr_cnt(origin) eq 1 }`,
  `  http-request set-var(txn.listed) var(txn.ep),concat(|,txn.origin),${table("origins")} if { var(txn.origin) -m found }`,
  "  http-request set-var(txn.allow_origin) var(txn.origin) if { var(txn.listed) -m found }",
  `  http-request set-var(txn.allow_origin) str(*) if { var(txn.origin) -m found } ${any}`,
  "  http-request set-var(txn.preflight) bool(true) if METH_OPTIONS { var(txn.origin) -m found } { req.fhdr(access-control-request-method) -m found }",
  refuse("OriginNotAllowed", `${preflight} !${allowed}`),
  `  http-request set-log-level silent if ${preflight}`,
  `  http-request return status 204 if ${preflight}`,
];

/** On every answer, errors of ours included, so that a page can read them. What the model says of other origins would contradict the endpoint. */
export const corsAnswers = [
  `  http-after-response del-header access-control- -m beg if ${on}`,
  `  http-after-response set-header access-control-allow-origin %[var(txn.allow_origin)] if ${allowed}`,
  `  http-after-response set-header access-control-expose-headers %[${wayField(8)}] if ${allowed} !${preflight}`,
  `  http-after-response set-header access-control-allow-methods %[${wayField(6)}] if ${allowed} ${preflight}`,
  `  http-after-response set-header access-control-allow-headers %[${wayField(7)}] if ${allowed} ${preflight}`,
  `  http-after-response set-header access-control-max-age %[${wayField(5)}] if ${allowed} ${preflight}`,
  // A cache must not give one origin's answer to another; with any origin they are all alike.
  `  http-after-response add-header vary Origin if ${on} !${any}`,
];
