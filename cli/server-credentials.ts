import { endpointKeysSchema, endpointSchema, endpointTokenSchema, type EndpointKeysDto, type EndpointTokenDto } from "#server/contract/endpoint";
import { CommandFailure } from "./project/failure";
import { getJson, postJson, type ServerAddress } from "./server";

const modeSchema = endpointSchema.pick({ authMode: true });

/**
 * Both keys of an endpoint, or a new token, with Azure's names; `lifetimeSeconds` is the token's. Rejects with the server's sentence, where callers have tokens of
 * an identity provider, and where a lifetime is wished of keys.
 */
export async function serverCredentials(
  address: ServerAddress,
  endpoint: string,
  lifetimeSeconds: number | undefined,
  signal: AbortSignal,
): Promise<EndpointKeysDto | EndpointTokenDto> {
  const place = `/endpoints/${encodeURIComponent(endpoint)}`;
  const { authMode } = modeSchema.parse(await getJson(address, place, signal));
  if (authMode === "key" && lifetimeSeconds !== undefined)
    throw new CommandFailure(`Callers of ${endpoint} send keys, which last.`, "Leave --lifetime out, or make a client key that expires.");
  if (authMode === "key") return endpointKeysSchema.parse(await getJson(address, `${place}/keys`, signal));
  if (authMode === "aml_token")
    return endpointTokenSchema.parse(await postJson(address, `${place}/token`, lifetimeSeconds === undefined ? undefined : { lifetimeSeconds }));
  throw new CommandFailure(`Callers of ${endpoint} have tokens of the workspace's identity provider.`, "Ask the provider for one, as its clients do.");
}
