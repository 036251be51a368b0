import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { Page } from "#server/contract/common";
import type { DoctorRunDto, doctorRunListSchema, examineDeploymentSchema, startDoctorRunSchema, tryScoreSchema } from "#server/contract/doctor";
import type { TestScoreResult } from "#server/contract/scoring";
import { routesOf } from "#server/domain/deployment/run-spec";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import { doctorCheckNames, type SampleRequest } from "#server/domain/doctor/types";
import { check } from "#server/domain/doctor/words";
import { invalidState, notFound, SluiceError } from "#server/domain/errors";
import { callHttp } from "#server/kernel/http-call";
import type { DoctorRunRow } from "#server/store/doctor-runs";
import type { StoreSession } from "#server/store/store";
import { writeAudit } from "./audit";
import type { OperationContext } from "./context";
import { resolveSpec } from "./deployment-spec";
import { findSample, trialDigest } from "./doctor-sample";
import { findDeployment, findEndpoint } from "./find";
import { wholePage } from "./usage";

/** Runs of one workspace that wait or run; each takes a container's room. */
const maxOpen = 10;
/** Of an answer in the console, this much is shown. */
const maxShownBytes = 1024 * 1024;
const tryTimeoutMs = 180_000;

export const doctorRunDto = (row: DoctorRunRow): DoctorRunDto => ({
  id: row.id,
  endpoint: row.endpoint,
  deployment: row.deployment,
  state: row.state,
  cancelling: row.cancelRequested && row.state !== "Canceled",
  phase: row.phase,
  verdict: row.verdict,
  checks: row.checks.map((one) => ({ ...one, measurements: [...one.measurements], lines: [...one.lines] })),
  sample: row.sample,
  lines: [...row.lines],
  console: { state: row.console, until: row.consoleUntil, message: row.consoleMessage },
  actor: { id: row.actorId, name: row.actorName },
  createdAt: row.createdAt,
  startedAt: row.startedAt,
  finishedAt: row.finishedAt,
});

/** A run of the own workspace; rejects with `doctor.not_found`. */
export async function findDoctorRun(context: OperationContext, id: string): Promise<DoctorRunRow> {
  const row = await context.store.doctorRuns.findById(id);
  if (row?.workspaceId !== context.actor.workspaceId) throw notFound("doctor.not_found", "There is no such run of the doctor.");
  return row;
}

interface Wanted {
  readonly endpoint: string;
  readonly deployment: string;
  readonly spec: DeploymentSpec;
  readonly sample: Pick<SampleRequest, "body" | "contentType"> | null;
}

async function begin(context: OperationContext, { endpoint, deployment, spec, sample }: Wanted): Promise<DoctorRunDto> {
  const { workspaceId, userId, name } = context.actor;
  const live = await context.store.doctorRuns.listLive();
  if (live.filter((row) => row.workspaceId === workspaceId).length >= maxOpen)
    throw invalidState("doctor.too_many", `${String(maxOpen)} trials wait or run already. Wait for one, or cancel one.`);
  const row = {
    id: context.newId("doctorRun"), workspaceId, actorId: userId, actorName: name, endpoint, deployment, spec, digest: trialDigest(spec),
    sample: sample === null ? await findSample(context, spec) : { source: "given" as const, ...sample },
    checks: doctorCheckNames.map((one) => check(one, null, "")), createdAt: context.clock.now(),
  }; // prettier-ignore
  const inserted = await context.store.transaction(async (session) => {
    const made = await session.doctorRuns.insert(row);
    await record(context, session, made, { deployment, endpoint });
    return made;
  });
  return doctorRunDto(inserted);
}

async function record(context: OperationContext, session: StoreSession, row: DoctorRunRow, after: Readonly<Record<string, unknown>>): Promise<void> {
  await session.changes.append("doctor_run", row.id);
  await writeAudit(context, session, { action: "deployment.write", targetType: "doctor_run", targetId: row.id, targetName: row.deployment, after });
}

/** Tries a deployment that need not exist: refused for the same reasons as creating it would be. */
export async function startDoctorRun(context: OperationContext, input: z.output<typeof startDoctorRunSchema>): Promise<DoctorRunDto> {
  requireVerb(context.actor, "deployment.write");
  const { endpoint, name, sample, ...body } = input;
  return begin(context, { endpoint, deployment: name, spec: await resolveSpec(context, body), sample });
}

/** Tries a revision of a deployment beside its instances. */
export async function examineDeployment(context: OperationContext, input: z.output<typeof examineDeploymentSchema>): Promise<DoctorRunDto> {
  requireVerb(context.actor, "deployment.write");
  const endpoint = await findEndpoint(context, input.endpoint);
  const deployment = await findDeployment(context.store, endpoint, input.deployment);
  const revision = await context.store.deployments.findRevision(deployment.id, input.revision ?? deployment.generation);
  if (revision === null)
    throw notFound("deployment.revision_not_found", `${deployment.name} has no revision ${String(input.revision ?? deployment.generation)}.`);
  return begin(context, { endpoint: endpoint.name, deployment: deployment.name, spec: revision.spec, sample: input.sample });
}

/** Newest first. */
export async function listDoctorRuns(context: OperationContext, input: z.output<typeof doctorRunListSchema>): Promise<Page<DoctorRunDto>> {
  requireVerb(context.actor, "deployment.read");
  return wholePage((await context.store.doctorRuns.listByWorkspace(context.actor.workspaceId, input.limit)).map(doctorRunDto));
}

export async function getDoctorRun(context: OperationContext, input: { readonly id: string }): Promise<DoctorRunDto> {
  requireVerb(context.actor, "deployment.read");
  return doctorRunDto(await findDoctorRun(context, input.id));
}

async function wish(
  context: OperationContext,
  id: string,
  after: Readonly<Record<string, unknown>>,
  ask: (session: StoreSession, row: DoctorRunRow) => Promise<DoctorRunRow>,
): Promise<DoctorRunDto> {
  requireVerb(context.actor, "deployment.write");
  const before = await findDoctorRun(context, id);
  const asked = await context.store.transaction(async (session) => {
    const row = await ask(session, before);
    await record(context, session, row, after);
    return row;
  });
  return doctorRunDto(asked);
}

export const cancelDoctorRun = (context: OperationContext, input: { readonly id: string }): Promise<DoctorRunDto> =>
  wish(context, input.id, { cancelRequested: true }, async (session, { id }) => {
    const row = await session.doctorRuns.requestCancel(id);
    if (row === null) throw invalidState("doctor.not_running", "The run has ended already.");
    return row;
  });

/** Asks for the container once more, for ten minutes, to send requests to. */
export const openTrial = (context: OperationContext, input: { readonly id: string }): Promise<DoctorRunDto> =>
  wish(context, input.id, { console: "Starting" }, async (session, { id }) => {
    const row = await session.doctorRuns.requestConsole(id, context.clock.now());
    if (row === null) throw invalidState("doctor.not_finished", "A container to try is there after the run has finished, and once at a time.");
    return row;
  });

export const closeTrial = (context: OperationContext, input: { readonly id: string }): Promise<DoctorRunDto> =>
  wish(context, input.id, { consoleEnd: true }, async (session, { id }) => {
    const row = await session.doctorRuns.requestConsoleEnd(id);
    if (row === null) throw invalidState("doctor.console_closed", "There is no container to try.");
    return row;
  });

/** Sends one request to the container on trial, straight and not through a gateway: no caller from outside can. */
export async function tryScore(context: OperationContext, input: z.output<typeof tryScoreSchema>): Promise<TestScoreResult> {
  requireVerb(context.actor, "deployment.write");
  const row = await findDoctorRun(context, input.id);
  const { dial } = row;
  if (row.console !== "Open" || dial === null) throw invalidState("doctor.console_closed", "There is no container to try.");
  const environment = await context.store.environments.findVersion(row.spec.environmentVersionId);
  const { path } = routesOf({ inferenceConfig: environment?.spec.inferenceConfig ?? null }).scoring;
  const outcome = await callHttp({
    host: dial.address, port: dial.port, method: "POST", path, contentType: input.contentType, body: input.body, timeoutMs: tryTimeoutMs, maxBytes: maxShownBytes,
  }); // prettier-ignore
  if (!outcome.ok)
    throw new SluiceError({
      kind: "unavailable",
      code: "doctor.no_answer",
      message: `The container did not answer: ${outcome.message}. Its log may say more.`,
    });
  const { status, headers, body, truncated, ms } = outcome.answer;
  return {
    status,
    headers: headers.map(([name, value]) => [name, value]),
    body,
    truncated,
    requestId: null,
    deployment: row.deployment,
    totalMs: ms,
    queueMs: null,
    modelMs: null,
  };
}
