import { readFile } from "node:fs/promises";
import { parse, stringify } from "yaml";
import { endpointSchema } from "#server/contract/endpoint";
import { readRoutingFile, routingFile } from "#server/domain/routing-options/routing-file";
import type { RoutingOptions } from "#server/domain/routing-options/types";
import { CommandFailure } from "./project/failure";
import { getJson, putJson, type ServerAddress } from "./server";

const shownSchema = endpointSchema.pick({ routing: true, generation: true });

async function readWish(file: string): Promise<Partial<RoutingOptions>> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new CommandFailure(`${file} cannot be read.`, "Name a file with routing, such as one that this command printed.");
  });
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new CommandFailure(`${file} is no YAML: ${error instanceof Error ? error.message : String(error)}`, "Compare it with what this command prints.");
  }
  const read = readRoutingFile(value);
  if (read.ok) return read.data;
  const remedies = new Set(read.error.fields.map(({ remedy }) => remedy));
  throw new CommandFailure(`${file}: ${read.error.message}`, [...remedies].join(" "));
}

/** How an endpoint treats its callers beside the split, as YAML, after what a file wishes of it. Rejects with the server's sentence. */
export async function serverRouting(address: ServerAddress, endpoint: string, file: string | undefined, signal: AbortSignal): Promise<string> {
  const place = `/endpoints/${encodeURIComponent(endpoint)}`;
  const wish = file === undefined ? null : await readWish(file);
  const present = shownSchema.parse(await getJson(address, place, signal));
  const written = wish === null ? present : shownSchema.parse(await putJson(address, `${place}/routing`, { generation: present.generation, ...wish }));
  return stringify(routingFile(written.routing)).trimEnd();
}
