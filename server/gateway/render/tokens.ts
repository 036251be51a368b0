import { clockLeewaySeconds, noPin, permissionClaims, pinClaim } from "#server/domain/token/types";
import { pinned } from "./pin";
import { refuse } from "./refusal";

const table = "map_str(tables/trusts.map)";
const of = (field: number): string => `var(txn.trust),field(${String(field)},:)`;
const header = (name: string): string => `var(txn.tok),jwt_header_query('$.${name}')`;
const payload = (path: string, type = ""): string => `var(txn.tok),jwt_payload_query('$.${path}'${type})`;
const hash = "sha2(256),hex,lower";

const asked = "{ var(txn.jwt) -m bool }";
const trusted = "{ var(txn.trust) -m found }";
const signed = "{ var(txn.signed) -m int 1 }";

/** Values that a list in a token may have before the one that counts; a list of more is not looked through. */
const mostAudiences = 8;
const mostPermissions = 32;
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const held = (acl: string, value: string, wanted: string): string => `  acl ${acl} ${value},${hash},strcmp(${wanted}) eq 0`;

/** Several lines of one name are alternatives, looked at only when a rule gets that far: calls with keys never do. */
const acls = [
  held("for-endpoint", payload("aud"), "txn.want_aud"),
  ...numbers(mostAudiences).map((index) => held("for-endpoint", payload(`aud[${String(index)}]`), "txn.want_aud")),
  held("may-score", "var(txn.held)", "txn.want_held"),
  // OAuth's scopes stand in one text, with spaces between them.
  ...numbers(mostPermissions).map((index) => held("may-score", `var(txn.held),word(${String(index + 1)},' ')`, "txn.want_held")),
  ...numbers(mostPermissions).map((index) => held("may-score", `var(txn.held),json_query('$[${String(index)}]')`, "txn.want_held")),
];

/** The time until which keys go on beside tokens is judged here, so that it also ends while the control plane is away. */
export const acceptance = [
  "  http-request set-var(txn.auth) str(token) if { var(txn.auth) -m beg both: } { var(txn.auth),field(2,:),sub(txn.arrival) -m int le 0 }",
];

/**
 * Who calls by token, verified by the proxy alone. The endpoint and the key's id say which key, and the key says which algorithm: a token chooses neither.
 * Whatever else it says is only looked at once its signature is right.
 */
export const tokens = [
  ...acls,
  "  http-request set-var(txn.jwt) bool(true) if !{ var(txn.auth) -m str key } { var(txn.tok) -m found } !{ var(txn.key) -m found }",
  `  http-request set-var(txn.kid) ${header("kid")},${hash} if ${asked}`,
  `  http-request set-var(txn.trust) var(txn.ep),concat(|,txn.kid),${table} if ${asked} { var(txn.kid) -m found }`,
  `  http-request set-var(txn.alg) ${of(1)} if ${trusted}`,
  `  http-request set-var(txn.cert) ${of(2)} if ${trusted}`,
  `  http-request set-var(txn.signed) var(txn.tok),jwt_verify_cert(txn.alg,txn.cert) if ${trusted} { ${header("alg")},strcmp(txn.alg) eq 0 } { ${of(5)},sub(txn.arrival) -m int gt 0 }`,
  `  http-request set-var(txn.exp) ${payload("exp", ",'int'")} if ${signed}`,
  // A time of more digits than 53 bits hold reads as none, which for this one would mean no limit.
  `  http-request set-var(txn.odd) bool(true) if ${signed} { ${payload("nbf")} -m found } !{ ${payload("nbf", ",'int'")} -m found }`,
  refuse("TokenInvalid", `${asked} !${signed} || ${asked} !{ var(txn.exp) -m found } || ${asked} { var(txn.odd) -m bool }`),
  `  http-request set-var(txn.want_iss) ${of(3)} if ${signed}`,
  `  http-request set-var(txn.want_aud) ${of(4)} if ${signed}`,
  refuse("TokenNotForEndpoint", `${signed} !{ ${payload("iss")},${hash},strcmp(txn.want_iss) eq 0 } || ${signed} !for-endpoint`),
  `  http-request set-var(txn.now) var(txn.arrival),div(1000) if ${signed}`,
  refuse("TokenExpired", `${signed} { var(txn.exp),add(${String(clockLeewaySeconds)}),sub(txn.now) -m int le 0 }`),
  refuse("TokenNotYetValid", `${signed} { ${payload("nbf", ",'int'")},sub(${String(clockLeewaySeconds)}),sub(txn.now) -m int gt 0 }`),
  ...permissionClaims.map((claim) => `  http-request set-var(txn.held) ${payload(claim)} if ${signed} { ${of(6)} -m str ${claim} }`),
  `  http-request set-var(txn.want_held) ${of(7)} if ${signed}`,
  refuse("ScoreNotAllowed", `${signed} !{ ${of(6)} -m str none } !may-score`),
  `  http-request set-var(txn.sub) ${payload("sub")} if ${signed}`,
  `  http-request set-var(txn.sub) "var(txn.sub),regsub([^A-Za-z0-9._@:-],_,g),bytes(0,128)" if ${signed} { var(txn.sub) -m found }`,
  refuse("PinNotAllowed", pinned.map((chosen) => `${signed} ${chosen} { ${payload(pinClaim)} -m str ${noPin} }`).join(" || "), { "{holder}": "token" }),
];
