import type { RoutingEndpoint } from "#server/domain/routing/types";
import { slotsInOrder } from "#server/domain/traffic/slots";
import { backendOfEntry, slotKey } from "./entries";
import type { Table } from "./proxy-state";

/** One letter per deployment that has weight. Twice the most deployments of an endpoint fit, see `assignSlots`. */
const letters = Array.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

/** Deployment id to slot letter, as the given table has it for one endpoint. */
export function slotsOf(endpointName: string, table: Table): ReadonlyMap<string, string> {
  const slots = new Map<string, string>();
  for (const letter of letters) {
    const entry = table.get(slotKey(endpointName, letter));
    if (entry !== undefined) slots.set(backendOfEntry(entry), letter);
  }
  return slots;
}

/**
 * Slot letters for the deployments with weight, by deployment id. A deployment keeps the letter it had, and a new one never gets a letter
 * that was in use before: the plan and the slots are two tables that cannot change at once, and so no letter ever means two things.
 */
export function assignSlots(endpoint: RoutingEndpoint, previous: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const taken = new Set(previous.values());
  const free = letters.filter((letter) => !taken.has(letter));
  const assigned = new Map<string, string>();
  for (const deployment of endpoint.deployments) {
    if ((endpoint.weights[deployment.name] ?? 0) === 0) continue;
    const letter = previous.get(deployment.id) ?? free.shift();
    if (letter === undefined) throw new Error(`endpoint ${endpoint.name} has more deployments than slots`);
    assigned.set(deployment.id, letter);
  }
  return assigned;
}

/** One letter per percent, or per tenth, so that one draw picks the deployment and one entry is the whole, atomic split. Empty without traffic. */
export function planEntry(endpoint: RoutingEndpoint, slots: ReadonlyMap<string, string>): string {
  const letterOf = new Map(endpoint.deployments.map(({ id, name }) => [name, slots.get(id) ?? ""]));
  const runs = endpoint.sticky?.slots ?? slotsInOrder(endpoint.weights, [...letterOf.keys()]);
  return runs.map(({ deployment, count }) => (letterOf.get(deployment) ?? "").repeat(count)).join("");
}
