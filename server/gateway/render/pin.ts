import { refuse } from "./refusal";
import { table } from "./table";

const header = "azureml-model-deployment";
const byHeader = `{ req.fhdr(${header}) -m found }`;
const byAddress = "{ var(txn.addressed) -m found }";
const unknown = "{ var(txn.pin) -m found } !{ var(txn.dc) -m found }";
const twice = `{ req.fhdr_cnt(${header}) gt 1 }`;
const other = `${byAddress} ${byHeader} !{ var(txn.pin),strcmp(txn.named) eq 0 }`;
const name = "[a-z][a-z0-9]*(-[a-z0-9]+)*";

/** Alternatives under which a call chooses its deployment itself. */
export const pinned: readonly string[] = [byHeader, byAddress];

/**
 * Where the endpoint allows it, `<deployment>--<endpoint>` stands in its name's place. Names have single dashes only, so nothing else can be meant, and
 * no route of a model is taken. Elsewhere it is an unknown endpoint's name, like any.
 */
export const addressPin = [
  "  http-request set-var(txn.label) var(txn.ep) if { var(txn.ep) -m sub -- -- }",
  `  http-request set-var(txn.named) var(txn.label),regsub(--.*,) if { var(txn.label) -m reg ^${name}--${name}$ }`,
  "  http-request set-var(txn.ep) var(txn.label),regsub(^.*--,) if { var(txn.named) -m found }",
  `  http-request set-var(txn.addressed) var(txn.ep),concat(|path),${table("ways")} if { var(txn.named) -m found } { path_beg /endpoints/ }`,
  `  http-request set-var(txn.addressed) var(txn.ep),concat(|host),${table("ways")} if { var(txn.named) -m found } !{ path_beg /endpoints/ }`,
  `  http-request unset-var(txn.ep) if { var(txn.label) -m found } !${byAddress}`,
];

/** What a caller sent goes into answers as harmless characters only. */
const shown = (occurrence: number): string => `"req.fhdr(${header},${String(occurrence)}),regsub([^A-Za-z0-9._-],?,g),bytes(0,64)"`;
const asked = [
  `  http-request set-var(txn.asked_by) "str(${header} is)" if ${unknown}`,
  `  http-request set-var(txn.asked) ${shown(1)} if ${unknown}`,
  `  http-request set-var(txn.asked2) ${shown(2)} if ${unknown} ${twice}`,
  `  http-request set-var-fmt(txn.asked) "%[var(txn.asked)] and %[var(txn.asked2)]" if ${unknown} ${twice}`,
  `  http-request set-var(txn.asked) str(empty) if ${unknown} !{ var(txn.asked),length gt 0 }`,
  `  http-request set-var(txn.asked_by) "str(The address names)" if ${unknown} ${byAddress} !${byHeader}`,
  `  http-request set-var(txn.asked) var(txn.named),bytes(0,64) if ${unknown} ${byAddress} !${byHeader}`,
  `  http-request set-var(txn.asked_by) "str(The call names)" if ${unknown} ${other}`,
  `  http-request set-var-fmt(txn.asked) "%[var(txn.named),bytes(0,64)] and %[var(txn.asked)]" if ${unknown} ${other}`,
  `  http-request set-var(txn.has) var(txn.ep),map_str(tables/names.map,none),'regsub(",",", ",g)' if ${unknown}`,
];

/**
 * The pin must look like a name before it is looked up. Slots lie in a table of their own, which no pin can reach. Two that differ are none. Who names a
 * deployment that is not there has shown a key that may pin, and is told which there are.
 */
export const pin = [
  `  http-request set-var(txn.pin) var(txn.named) if ${byAddress}`,
  `  http-request set-var(txn.pin) req.fhdr(${header}),lower if ${byHeader}`,
  `  http-request set-var(txn.dc) var(txn.ep),concat(|,txn.pin),${table("deployments")} if { var(txn.pin) -m reg ^[a-z][a-z0-9-]{0,63}$ }`,
  `  http-request unset-var(txn.dc) if ${twice} || ${other}`,
  ...asked,
  refuse("DeploymentNotFound", unknown),
];
