import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { EndpointDto } from "#server/contract/endpoint";
import type { updateRoutingSchema } from "#server/contract/routing-options";
import { describeRoutingOptions, judgeRoutingOptions } from "#server/domain/routing-options/rules";
import type { OperationContext } from "./context";
import { endpointDto } from "./endpoint-dto";
import { lockEndpoint } from "./find";
import { staleTraffic, writeRoutingWish } from "./update-traffic";

/**
 * Wishes how calls find their deployment beside the split, where an address may choose one, which pages may call, and how answers go back; what is left out stays. Refused: a generation that is no
 * longer the newest, and every field that makes no sense.
 */
export async function updateRouting(context: OperationContext, input: z.output<typeof updateRoutingSchema>): Promise<EndpointDto> {
  requireVerb(context.actor, "endpoint.routing.write");
  const row = await context.store.transaction(async (session) => {
    const endpoint = await lockEndpoint(context, session, input.endpoint);
    if (endpoint.generation !== input.generation) throw await staleTraffic(session, endpoint);
    const present = endpoint.spec.routing;
    const judged = judgeRoutingOptions({
      sticky: input.sticky === undefined ? present.sticky : input.sticky,
      cors: input.cors === undefined ? present.cors : input.cors,
      pinBy: input.pinBy ?? present.pinBy,
      modelErrors: input.modelErrors ?? present.modelErrors,
      compression: input.compression ?? present.compression,
    });
    if (!judged.ok) throw judged.error;
    const [before, after] = [describeRoutingOptions(present), describeRoutingOptions(judged.data)];
    const wish = { action: "endpoint.routing.write", spec: { routing: judged.data }, before: { routing: before }, after: { routing: after } } as const;
    return writeRoutingWish(context, session, endpoint, wish);
  });
  return endpointDto(context, row);
}
