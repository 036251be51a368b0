import { requireVerb } from "#server/auth/policy";
import type { BuildInQueueDto, ImageBuildDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import type { LogPage } from "#server/contract/monitoring";
import { invalidState, notFound } from "#server/domain/errors";
import type { ImageBuildRow } from "#server/store/builds";
import type { SbomSummary } from "#server/store/sboms";
import { readAt, readBuildLog, type LogRead } from "#server/telemetry/logs/read-logs";
import { writeAudit } from "./audit";
import type { OperationContext } from "./context";
import { wholePage } from "./usage";

/** Wire shape of builds; `open` are all that have no outcome, in their order, which is the queue. */
export const toBuildDto = (row: ImageBuildRow, open: readonly ImageBuildRow[], sbom: SbomSummary | null): ImageBuildDto => ({
  id: row.id,
  state: row.state,
  revision: row.revision,
  cause: row.cause,
  attempt: row.attempt,
  cancelling: row.cancelledAttempt >= row.attempt && row.observedAttempt < row.attempt,
  queuePosition: queuePosition(row, open),
  imageRef: row.imageRef,
  imageDigest: row.sourceDigest ?? row.imageId,
  bases: row.bases.map((base) => ({ ...base })),
  steps: row.steps.map((step) => ({ ...step })),
  sizeBytes: row.sizeBytes,
  sbom: sbom === null ? null : { packageCount: sbom.packageCount, createdAt: sbom.createdAt },
  reason: row.reason,
  message: row.message,
  hint: row.hint,
  failureLines: [...row.failureLines],
  createdAt: row.createdAt,
  startedAt: row.startedAt,
  finishedAt: row.finishedAt,
});

function queuePosition(row: ImageBuildRow, open: readonly ImageBuildRow[]): number | null {
  const waiting = open.filter((one) => one.state !== "Building");
  const index = waiting.findIndex((one) => one.id === row.id);
  return index < 0 ? null : index + 1;
}

async function buildDto({ store }: OperationContext, row: ImageBuildRow): Promise<ImageBuildDto> {
  const [open, [sbom]] = await Promise.all([store.builds.listOpen(), store.sboms.listSummaries([row.id])]);
  return toBuildDto(row, open, sbom ?? null);
}

async function findBuild(context: OperationContext, id: string): Promise<ImageBuildRow> {
  const row = await context.store.builds.findById(id);
  if (row?.workspaceId !== context.actor.workspaceId) throw notFound("build.not_found", "There is no such build.");
  return row;
}

export async function getBuild(context: OperationContext, input: { readonly id: string }): Promise<ImageBuildDto> {
  requireVerb(context.actor, "asset.read");
  return buildDto(context, await findBuild(context, input.id));
}

export async function getBuildLog(context: OperationContext, input: { readonly id: string } & LogRead): Promise<LogPage> {
  requireVerb(context.actor, "telemetry.read");
  const row = await findBuild(context, input.id);
  return readBuildLog(context.settings.home, row.id, readAt(input));
}

/** What is installed in the image of a build, as a CycloneDX document. */
export async function getBuildSbom(context: OperationContext, input: { readonly id: string }): Promise<Readonly<Record<string, unknown>>> {
  requireVerb(context.actor, "asset.read");
  const sbom = await context.store.sboms.find((await findBuild(context, input.id)).id);
  if (sbom === null) throw notFound("build.sbom_not_found", "The packages of this image are not known: it has not been built, or they could not be listed.");
  return sbom.document;
}

/** Builds that wait or run, in the order of the queue. */
export async function listBuilds(context: OperationContext): Promise<Page<BuildInQueueDto>> {
  requireVerb(context.actor, "asset.read");
  const open = await context.store.builds.listOpen();
  const mine = open.filter((row) => row.workspaceId === context.actor.workspaceId);
  const versions = await context.store.environments.listVersionsByIds(mine.map((row) => row.environmentVersionId));
  return wholePage(
    mine.flatMap((row) => {
      const version = versions.find((candidate) => candidate.id === row.environmentVersionId);
      return version === undefined ? [] : [{ environment: { name: version.name, version: version.version }, build: toBuildDto(row, open, null) }];
    }),
  );
}

/** Asks that a build end, whether it waits or runs. */
export async function cancelBuild(context: OperationContext, input: { readonly buildId: string }): Promise<ImageBuildDto> {
  requireVerb(context.actor, "asset.write");
  const row = await findBuild(context, input.buildId);
  const asked = await context.store.transaction(async (session) => {
    const next = await session.builds.requestCancel(row.id);
    if (next === null) throw invalidState("build.not_running", "The build has ended already.");
    await session.changes.append("image_build", row.id);
    await writeAudit(context, session, {
      action: "asset.write",
      targetType: "build",
      targetId: row.id,
      targetName: row.contentHash.slice(0, 12),
      after: { cancelledAttempt: next.attempt },
    });
    return next;
  });
  return buildDto(context, asked);
}

/** Asks for another try of a failed or cancelled build. */
export async function retryBuild(context: OperationContext, input: { readonly buildId: string }): Promise<ImageBuildDto> {
  requireVerb(context.actor, "asset.write");
  const row = await findBuild(context, input.buildId);
  const retried = await context.store.transaction(async (session) => {
    const next = await session.builds.requestRetry(row.id);
    if (next === null) throw invalidState("build.not_failed", "Only a build that failed or was cancelled can be tried again.");
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
  return buildDto(context, retried);
}
