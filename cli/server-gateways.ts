import { z } from "zod";
import { gatewaySchema, type GatewayDto } from "#server/contract/compute";
import { CommandFailure } from "./project/failure";
import { getJson, type ServerAddress } from "./server";

const pageSchema = z.object({ items: z.array(gatewaySchema) });

const since = ({ lastSeenAt }: GatewayDto): string => (lastSeenAt === null ? "never heard of" : `since ${new Date(lastSeenAt).toISOString()}`);

const stateOf = (gateway: GatewayDto): string => (gateway.state === "stale" ? `stale ${since(gateway)}` : gateway.state);

/** One line a gateway: name, state, what it runs of what is newest, proxy and address. */
const lineOf = (gateway: GatewayDto): string =>
  [
    gateway.name,
    stateOf(gateway),
    `revision ${String(gateway.appliedRevision)} of ${String(gateway.newestRevision)}`,
    gateway.proxyVersion,
    gateway.address,
    ...(gateway.refusedReason === null ? [] : [`refused: ${gateway.refusedReason}`]),
  ].join("\t");

async function gatewaysOf(address: ServerAddress, signal: AbortSignal): Promise<GatewayDto[]> {
  return pageSchema.parse(await getJson(address, "/compute/gateways", signal)).items;
}

/** The installation's gateways, one a line. Rejects with the server's sentence. */
export async function listServerGateways(address: ServerAddress, signal: AbortSignal): Promise<string> {
  const gateways = await gatewaysOf(address, signal);
  return gateways.length === 0 ? "No gateway has been heard of." : gateways.map(lineOf).join("\n");
}

/** All that is known of one gateway, as JSON; rejects when no gateway has the name or id. */
export async function showServerGateway(address: ServerAddress, name: string, signal: AbortSignal): Promise<string> {
  const gateways = await gatewaysOf(address, signal);
  const gateway = gateways.find((one) => one.name === name || one.id === name);
  if (gateway === undefined) throw new CommandFailure(`There is no gateway ${name}.`, `There are: ${gateways.map((one) => one.name).join(", ")}.`);
  return JSON.stringify(gateway, null, 2);
}
