import { createHash } from "node:crypto";
import { canonicalJson } from "#server/domain/routing/canonical-json";
import { backendOfEntry, slotKey } from "../ir/entries";
import type { ProxyState } from "../ir/proxy-state";

const record = (table: ReadonlyMap<string, string>): Record<string, string> => Object.fromEntries(table);

/** Slot letters are each gateway's own, so a split is compared by how many slots each deployment gets. */
function splits({ tables }: ProxyState): Record<string, Record<string, number>> {
  const result: Record<string, Record<string, number>> = {};
  for (const [endpoint, plan] of tables.plan) {
    const weights: Record<string, number> = {};
    for (const letter of plan) {
      const deployment = backendOfEntry(tables.slots.get(slotKey(endpoint, letter)) ?? "");
      weights[deployment] = (weights[deployment] ?? 0) + 1;
    }
    result[endpoint] = weights;
  }
  return result;
}

/** Which deployment has which slot, where callers stay with theirs by it. */
function orders({ tables }: ProxyState): Record<string, string> {
  const sticky = [...tables.plan].filter(([endpoint]) => tables.ways.get(endpoint)?.startsWith("sticky:") === true);
  const ownerOf = (endpoint: string, letter: string) => backendOfEntry(tables.slots.get(slotKey(endpoint, letter)) ?? "");
  return Object.fromEntries(sticky.map(([endpoint, plan]) => [endpoint, Array.from(plan, (letter) => ownerOf(endpoint, letter)).join()]));
}

/** Servers that take requests; whatever drains or goes differs between gateways for good reasons. */
function serving({ backends }: ProxyState): Record<string, Record<string, string>> {
  const reachable = [...backends].filter(([, backend]) => backend.published);
  return Object.fromEntries(
    reachable.map(([name, { servers }]) => {
      const taking = [...servers].filter(([, server]) => server.mode === "serve");
      return [name, Object.fromEntries(taking.map(([server, { address, port, maxConn }]) => [server, `${address}:${String(port)}:${String(maxConn)}`]))];
    }),
  );
}

/** Lower-case hex SHA-256 over what a proxy serves; equal for two gateways that treat requests alike. */
export function digestOf(state: ProxyState): string {
  const { endpoints, keys, trusts, deployments, mirrors, ways, sticky, origins, names, hosts } = state.tables;
  const tables = { endpoints, keys, trusts, deployments, mirrors, ways, sticky, origins, names, hosts };
  const records = Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, record(table)]));
  const projection = { ...records, splits: splits(state), orders: orders(state), serving: serving(state) };
  return createHash("sha256").update(canonicalJson(projection)).digest("hex");
}
