import { requireVerb } from "#server/auth/policy";
import type { BaseRefreshDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import type { BaseRefreshRow } from "#server/store/base-refreshes";
import { writeAudit } from "./audit";
import type { OperationContext } from "./context";
import { namesOf, wholePage } from "./usage";

const shown = 20;

async function toDtos(context: OperationContext, rows: readonly BaseRefreshRow[]): Promise<BaseRefreshDto[]> {
  const nameOf = await namesOf(
    context,
    rows.flatMap(({ requestedBy }) => (requestedBy === "" ? [] : [requestedBy])),
  );
  return rows.map(({ id, state, requestedBy, changed, reason, message, hint, createdAt, startedAt, finishedAt }) => ({
    ...{ id, state, reason, message, hint, createdAt, startedAt, finishedAt },
    requestedBy: requestedBy === "" ? null : nameOf(requestedBy),
    changed: [...changed],
  }));
}

/** Refreshes of the platform's base images, newest first. */
export async function listBaseRefreshes(context: OperationContext): Promise<Page<BaseRefreshDto>> {
  requireVerb(context.actor, "asset.read");
  return wholePage(await toDtos(context, await context.store.baseRefreshes.list(shown)));
}

/** Asks that the base images be brought up to date, and everything that stands on them be built anew; answers the running one when there is one. */
export async function requestBaseRefresh(context: OperationContext): Promise<BaseRefreshDto> {
  requireVerb(context.actor, "asset.write");
  const id = context.newId("baseRefresh");
  const row = await context.store.transaction(async (session) => {
    const refresh = await session.baseRefreshes.request({ id, requestedBy: context.actor.userId, createdAt: context.clock.now() });
    if (refresh.id !== id) return refresh;
    await session.changes.append("base_refresh", "all");
    await writeAudit(context, session, { action: "asset.write", targetType: "base_refresh", targetId: id, targetName: "base images" });
    return refresh;
  });
  const [dto] = await toDtos(context, [row]);
  if (dto === undefined) throw new Error("a row has one wire shape");
  return dto;
}
