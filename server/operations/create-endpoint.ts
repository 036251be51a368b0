import type { z } from "zod";
import { generateEndpointKey, hashEndpointKey } from "#server/auth/keys";
import { requireVerb } from "#server/auth/policy";
import type { createEndpointSchema, EndpointDto } from "#server/contract/endpoint";
import { conflict } from "#server/domain/errors";
import { keySlots } from "#server/domain/endpoint/types";
import { judgeEndpointCount } from "#server/domain/quota/limits";
import { isUniqueViolation } from "#server/store/client";
import { noLimits } from "#server/domain/endpoint/limits";
import { noMirror } from "#server/domain/mirror/types";
import { noRoutingOptions } from "#server/domain/routing-options/types";
import type { EndpointRow } from "#server/store/endpoints";
import type { StoreSession } from "#server/store/store";
import type { OperationContext } from "./context";
import { prepareAuthMode } from "./auth-mode";
import { endpointDto } from "./endpoint-dto";
import { recordWish } from "./wish";

const taken = (name: string) =>
  conflict("endpoint.name_taken", `The name ${name} is taken. Names are unique in this installation, whatever their case.`, [
    { path: "name", message: "is taken" },
  ]);

/** Both of an endpoint's keys, sealed; gateways get hashes only. */
async function putKeys(context: OperationContext, session: StoreSession, endpointId: string): Promise<void> {
  for (const slot of keySlots) {
    const id = context.newId("endpointKey");
    const key = generateEndpointKey();
    await session.endpoints.putKey({ id, endpointId, slot, sealed: context.vault.seal(key, id), sha256: hashEndpointKey(key) });
  }
}

/** Creates an endpoint without deployments and with two keys. Refused: a taken name, the hundred-and-first, an auth mode that is not set up. */
export async function createEndpoint(context: OperationContext, input: z.output<typeof createEndpointSchema>): Promise<EndpointDto> {
  requireVerb(context.actor, "endpoint.create");
  const { workspaceId, userId } = context.actor;
  const spec = {
    description: input.description,
    authMode: input.authMode,
    authOverlap: null,
    tags: input.tags,
    publicNetworkAccess: "enabled",
    traffic: {},
    mirror: noMirror,
    limits: noLimits,
    routing: noRoutingOptions,
  } as const;
  const write = async (session: StoreSession): Promise<EndpointRow> => {
    const refusal = judgeEndpointCount(await session.endpoints.countLive(workspaceId));
    if (refusal !== null) throw refusal;
    const row = await session.endpoints.insert({ id: context.newId("endpoint"), workspaceId, name: input.name, ownerId: userId, spec });
    await putKeys(context, session, row.id);
    await prepareAuthMode(context, session, input.authMode);
    await recordWish(context, session, {
      audit: {
        action: "endpoint.create",
        targetType: "endpoint",
        targetId: row.id,
        targetName: row.name,
        endpointId: row.id,
        after: { authMode: spec.authMode },
      },
      changes: [["endpoint", row.id]],
      generation: row.generation,
    });
    return row;
  };
  const row = await context.store.transaction(write).catch((error: unknown) => {
    throw isUniqueViolation(error) ? taken(input.name) : error;
  });
  return endpointDto(context, row);
}
