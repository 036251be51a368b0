import type { z } from "zod";
import { generateEndpointKey, hashEndpointKey, looksRandom } from "#server/auth/keys";
import { requireVerb } from "#server/auth/policy";
import type { EndpointKeysDto, regenerateKeySchema } from "#server/contract/endpoint";
import { invalidInput, invalidState } from "#server/domain/errors";
import type { KeySlot } from "#server/domain/endpoint/types";
import type { OperationContext } from "./context";
import { requireKeyMode } from "./auth-mode";
import { findEndpoint, lockEndpoint } from "./find";
import { recordWish } from "./wish";

async function readKeys(context: OperationContext, endpointId: string): Promise<EndpointKeysDto> {
  const rows = await context.store.endpoints.listKeys([endpointId]);
  const open = (slot: KeySlot): string => {
    const row = rows.find((candidate) => candidate.slot === slot);
    if (row === undefined) throw invalidState("endpoint.no_key", `The endpoint has no ${slot} key.`);
    return context.vault.unseal(row.sealed, row.id);
  };
  return { primaryKey: open("primary"), secondaryKey: open("secondary") };
}

/** Both keys in the clear, for those who may call the endpoint. */
export async function getEndpointKeys(context: OperationContext, input: { readonly endpoint: string }): Promise<EndpointKeysDto> {
  requireVerb(context.actor, "endpoint.keys.read");
  const endpoint = await findEndpoint(context, input.endpoint);
  requireKeyMode(endpoint);
  return readKeys(context, endpoint.id);
}

function chosenKey(value: string | undefined): string {
  if (value === undefined) return generateEndpointKey();
  if (looksRandom(value)) return value;
  throw invalidInput("endpoint.key_weak", "A key of your own needs at least 32 characters that look random, without spaces.", [
    { path: "keyValue", message: "does not look random", remedy: "Leave it out to have one made." },
  ]);
}

/** Replaces one key; the other goes on working, and so does the old one until the gateways have acknowledged. */
export async function regenerateKey(context: OperationContext, input: z.output<typeof regenerateKeySchema>): Promise<EndpointKeysDto> {
  requireVerb(context.actor, "endpoint.keys.write");
  const key = chosenKey(input.keyValue);
  const sha256 = hashEndpointKey(key);
  const endpointId = await context.store.transaction(async (session) => {
    const row = await lockEndpoint(context, session, input.endpoint);
    requireKeyMode(row);
    const others = (await session.endpoints.listKeys([row.id])).filter((candidate) => candidate.slot !== input.keyType);
    if (others.some((other) => other.sha256 === sha256))
      throw invalidInput("endpoint.key_repeated", "The other key has this value.", [{ path: "keyValue", message: "is the other key" }]);
    const id = context.newId("endpointKey");
    await session.endpoints.putKey({ id, endpointId: row.id, slot: input.keyType, sealed: context.vault.seal(key, id), sha256 });
    await recordWish(context, session, {
      audit: {
        action: "endpoint.keys.write",
        targetType: "endpoint",
        targetId: row.id,
        targetName: row.name,
        endpointId: row.id,
        after: { keyType: input.keyType },
      },
      changes: [["traffic", row.id]],
      generation: null,
    });
    return row.id;
  });
  return readKeys(context, endpointId);
}
