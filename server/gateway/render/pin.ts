import { refuse } from "./refusal";
import { table } from "./table";

const header = "azureml-model-deployment";
const unknown = "{ var(txn.pin) -m found } !{ var(txn.dc) -m found }";
const twice = `{ req.fhdr_cnt(${header}) gt 1 }`;
/** What a caller sent goes into answers as harmless characters only. */
const shown = (occurrence: number): string => `"req.fhdr(${header},${String(occurrence)}),regsub([^A-Za-z0-9._-],?,g),bytes(0,64)"`;

/**
 * The pin must look like a name before it is looked up. Slots lie in a table of their own, which no pin can reach. Who names a deployment that is not
 * there has shown a key that may pin, and is told which there are.
 */
export const pin = [
  `  http-request set-var(txn.pin) req.fhdr(${header}),lower if { req.fhdr(${header}) -m found }`,
  `  http-request set-var(txn.dc) var(txn.ep),concat(|,txn.pin),${table("deployments")} if { var(txn.pin) -m reg ^[a-z][a-z0-9-]{0,63}$ }`,
  `  http-request unset-var(txn.dc) if ${twice}`,
  `  http-request set-var(txn.asked) ${shown(1)} if ${unknown}`,
  `  http-request set-var(txn.asked2) ${shown(2)} if ${unknown} ${twice}`,
  `  http-request set-var-fmt(txn.asked) "%[var(txn.asked)] and %[var(txn.asked2)]" if ${unknown} ${twice}`,
  `  http-request set-var(txn.asked) str(empty) if ${unknown} !{ var(txn.asked),length gt 0 }`,
  `  http-request set-var(txn.has) var(txn.ep),map_str(tables/names.map,none),'regsub(",",", ",g)' if ${unknown}`,
  refuse("DeploymentNotFound", unknown),
];
