import { stringify } from "yaml";
import { endpointSchema } from "#server/contract/endpoint";
import { readRoutingFile, routingFile } from "#server/domain/routing-options/routing-file";
import { getJson, putJson, type ServerAddress } from "./server";
import { readWishFile } from "./server-wish";

const shownSchema = endpointSchema.pick({ routing: true, generation: true });

/** How an endpoint treats its callers beside the split, as YAML, after what a file wishes of it. Rejects with the server's sentence. */
export async function serverRouting(address: ServerAddress, endpoint: string, file: string | undefined, signal: AbortSignal): Promise<string> {
  const place = `/endpoints/${encodeURIComponent(endpoint)}`;
  const wish = file === undefined ? null : await readWishFile(file, "routing", readRoutingFile);
  const present = shownSchema.parse(await getJson(address, place, signal));
  const written = wish === null ? present : shownSchema.parse(await putJson(address, `${place}/routing`, { generation: present.generation, ...wish }));
  return stringify(routingFile(written.routing)).trimEnd();
}
