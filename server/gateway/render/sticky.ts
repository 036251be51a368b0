import { refuse } from "./refusal";
import { table, wayField } from "./table";

/** How long browsers keep a cookie of ours, in seconds: thirty days, renewed by nobody. */
const cookieSeconds = 2_592_000;
const unpinned = "!{ var(txn.pin) -m found }";
const signed = "{ var(txn.signed) -m int 1 }";
const sticks = `{ ${wayField(1)} -m str sticky }`;

/** What the caller is known by, see `stickyEntry`; without it a cookie is made up where the endpoint asks for one. */
const known = [
  `  http-request set-var-fmt(txn.heads) "%[var(txn.ep)]\\n%[req.hdrs]" if ${unpinned} ${sticks}`,
  // The token has let the caller in by now. It is sent on to nobody, so what it says is read here and forgotten.
  `  http-request set-var-fmt(txn.heads) "%[var(txn.ep)]\\n%[var(txn.tok),jwt_payload_query]" if ${unpinned} { ${wayField(1)} -m str claim } ${signed}`,
  "  http-request set-var(txn.stick) var(txn.heads),map_regm(tables/sticky.map) if { var(txn.heads) -m found }",
  "  http-request unset-var(txn.heads) if { var(txn.heads) -m found }",
  `  http-request set-var(txn.cookie) ${wayField(2)} if ${unpinned} ${sticks} !{ var(txn.stick) -m found } !{ ${wayField(2)} -m str . }`,
  "  http-request set-var(txn.stick) uuid(4) if { var(txn.cookie) -m found }",
  // With the endpoint's name, so that the few of one endpoint's canary are not those of every other's.
  "  http-request set-var(txn.bucket) var(txn.ep),concat(|,txn.stick),xxh32(7),mod(1000) if { var(txn.stick) -m found }",
];

/** A draw out of 1000, or the caller's own number, falls on a letter of the plan, which has 100 or 1000. */
export const split = [
  ...known,
  `  http-request set-var(txn.bucket) rand(1000) if ${unpinned} !{ var(txn.bucket) -m found }`,
  `  http-request set-var(txn.plan) var(txn.ep),${table("plan")} if ${unpinned}`,
  "  http-request set-var(txn.slots) var(txn.plan),length if { var(txn.plan) -m found }",
  "  http-request set-var(txn.place) var(txn.bucket),mul(txn.slots),div(1000) if { var(txn.plan) -m found }",
  "  http-request set-var(txn.slot) var(txn.plan),bytes(txn.place,1) if { var(txn.plan) -m found }",
  `  http-request set-var(txn.dc) var(txn.ep),concat(|,txn.slot),${table("slots")} if { var(txn.slot) -m found }`,
  refuse("NoTraffic", "!{ var(txn.dc) -m found }"),
];

const cookie = `%[var(txn.cookie)]=%[var(txn.stick)]; Max-Age=${String(cookieSeconds)}; HttpOnly; SameSite=Lax; Path=`;
const given = "{ var(txn.cookie) -m found }";
const encrypted = "{ ssl_fc }";

/** The cookie goes with whatever answer comes, and back to this endpoint alone. */
export const stickyAnswers = [
  `  http-after-response set-var-fmt(txn.cookie_path) /endpoints/%[var(txn.ep)] if ${given} { var(txn.by_path) -m bool }`,
  `  http-after-response set-var(txn.cookie_path) str(/) if ${given} !{ var(txn.by_path) -m bool }`,
  `  http-after-response add-header set-cookie "${cookie}%[var(txn.cookie_path)]; Secure" if ${given} ${encrypted}`,
  `  http-after-response add-header set-cookie "${cookie}%[var(txn.cookie_path)]" if ${given} !${encrypted}`,
];
