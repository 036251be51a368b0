import { requireVerb } from "#server/auth/policy";
import type { ImageBuildDto } from "#server/contract/asset";
import type { LogPage } from "#server/contract/monitoring";
import { invalidState, notFound } from "#server/domain/errors";
import type { ImageBuildRow } from "#server/store/builds";
import { readBuildLog } from "#server/telemetry/logs/read-logs";
import { writeAudit } from "./audit";
import type { OperationContext } from "./context";

export const toBuildDto = (row: ImageBuildRow): ImageBuildDto => ({
  id: row.id,
  state: row.state,
  attempt: row.attempt,
  imageRef: row.imageRef,
  sizeBytes: row.sizeBytes,
  reason: row.reason,
  message: row.message,
  hint: row.hint,
  createdAt: row.createdAt,
  startedAt: row.startedAt,
  finishedAt: row.finishedAt,
});

async function findBuild(context: OperationContext, id: string): Promise<ImageBuildRow> {
  const row = await context.store.builds.findById(id);
  if (row?.workspaceId !== context.actor.workspaceId) throw notFound("build.not_found", "There is no such build.");
  return row;
}

export async function getBuild(context: OperationContext, input: { readonly id: string }): Promise<ImageBuildDto> {
  requireVerb(context.actor, "asset.read");
  return toBuildDto(await findBuild(context, input.id));
}

export async function getBuildLog(
  context: OperationContext,
  input: { readonly id: string; readonly after?: string | undefined; readonly limit: number },
): Promise<LogPage> {
  requireVerb(context.actor, "telemetry.read");
  const row = await findBuild(context, input.id);
  return readBuildLog(context.settings.home, row.id, { after: input.after ?? null, limit: input.limit });
}

/** Asks for another try of a failed build. */
export async function retryBuild(context: OperationContext, input: { readonly buildId: string }): Promise<ImageBuildDto> {
  requireVerb(context.actor, "asset.write");
  const row = await findBuild(context, input.buildId);
  const retried = await context.store.transaction(async (session) => {
    const next = await session.builds.requestRetry(row.id);
    if (next === null) throw invalidState("build.not_failed", "Only a build that failed can be tried again.");
    await session.changes.append("image_build", row.id);
    await writeAudit(context, session, {
      action: "asset.write",
      targetType: "build",
      targetId: row.id,
      targetName: row.contentHash.slice(0, 12),
      after: { attempt: next.attempt },
    });
    return next;
  });
  return toBuildDto(retried);
}
