import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { EndpointDto, updateEndpointSchema } from "#server/contract/endpoint";
import { conflict } from "#server/domain/errors";
import type { OperationContext } from "./context";
import { changeOfMode } from "./auth-mode";
import { endpointDto } from "./endpoint-dto";
import { lockEndpoint } from "./find";
import { recordWish } from "./wish";

/** Changes description, tags and auth mode. Refused with `endpoint.generation_stale` when somebody else changed the endpoint meanwhile. */
export async function updateEndpoint(context: OperationContext, input: z.output<typeof updateEndpointSchema>): Promise<EndpointDto> {
  requireVerb(context.actor, "endpoint.update");
  const row = await context.store.transaction(async (session) => {
    const before = await lockEndpoint(context, session, input.endpoint);
    const mode = await changeOfMode(context, session, before.spec, input);
    const changed = {
      ...mode,
      ...(input.description === undefined ? {} : { description: input.description }),
      ...(input.tags === undefined ? {} : { tags: input.tags }),
    };
    const updated = await session.endpoints.updateSpecIfGeneration(before.id, input.generation, { ...before.spec, ...changed });
    if (updated === null)
      throw conflict("endpoint.generation_stale", `${before.name} was changed meanwhile. Look at it again and repeat what you meant.`, [
        { path: "generation", message: `is ${String(before.generation)} by now` },
      ]);
    await recordWish(context, session, {
      audit: {
        action: "endpoint.update",
        targetType: "endpoint",
        targetId: updated.id,
        targetName: updated.name,
        endpointId: updated.id,
        before: { description: before.spec.description, tags: before.spec.tags, ...(mode === null ? {} : { authMode: before.spec.authMode }) },
        after: changed,
      },
      changes: [["endpoint", updated.id]],
      generation: updated.generation,
    });
    return updated;
  });
  return endpointDto(context, row);
}
