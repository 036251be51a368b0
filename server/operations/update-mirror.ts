import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { EndpointDto, updateMirrorSchema } from "#server/contract/endpoint";
import { judgeMirror } from "#server/domain/mirror/rules";
import type { MirrorWish } from "#server/domain/mirror/types";
import type { EndpointRow } from "#server/store/endpoints";
import type { StoreSession } from "#server/store/store";
import type { OperationContext } from "./context";
import { endpointDto } from "./endpoint-dto";
import { lockEndpoint } from "./find";
import { staleTraffic, trafficTargets, writeRoutingWish } from "./update-traffic";

/** The database keeps members in an order of its own. */
const inOrder = (shares: MirrorWish["shares"]): string => JSON.stringify(Object.entries(shares).sort(([a], [b]) => (a < b ? -1 : 1)));
const same = (a: MirrorWish, b: MirrorWish): boolean => a.tolerance === b.tolerance && inOrder(a.shares) === inOrder(b.shares);

function writeMirror(context: OperationContext, session: StoreSession, endpoint: EndpointRow, mirror: MirrorWish): Promise<EndpointRow> {
  const [before, after] = [{ mirror: endpoint.spec.mirror.shares }, { mirror: mirror.shares }];
  return writeRoutingWish(context, session, endpoint, { action: "endpoint.mirror.write", spec: { mirror }, before, after });
}

/**
 * Wishes what share of the calls is copied to which deployments; `{}` ends it. Refused: a generation that is no longer the newest, unknown
 * deployments, and what the installation's mirror policy (`azure` by default) does not allow.
 */
export async function updateMirror(context: OperationContext, input: z.output<typeof updateMirrorSchema>): Promise<EndpointDto> {
  requireVerb(context.actor, "endpoint.mirror.write");
  const row = await context.store.transaction(async (session) => {
    const before = await lockEndpoint(context, session, input.endpoint);
    if (before.generation !== input.generation) throw await staleTraffic(session, before);
    const wish = { shares: input.mirrorTraffic, tolerance: input.tolerance ?? before.spec.mirror.tolerance };
    const judged = judgeMirror(wish, before.spec.traffic, await trafficTargets(session, before.id), context.settings.mirrorPolicy);
    if (!judged.ok) throw judged.error;
    return same(judged.data, before.spec.mirror) ? before : writeMirror(context, session, before, judged.data);
  });
  return endpointDto(context, row);
}
