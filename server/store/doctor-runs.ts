import { doctorPhases, verdicts, type DoctorCheck, type DoctorFacts, type DoctorPhase, type SampleRequest, type Verdict } from "#server/domain/doctor/types";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import type { Db } from "./client";
import { date, json, ms, msOrNull, readDeploymentSpec } from "./columns";
import { readChecks, readContainerColumn, readFacts, readSample, type ContainerColumn } from "./doctor-columns";
import { Prisma } from "./generated/client";

export const doctorStates = ["Queued", "Running", "Finished", "Canceled"] as const;
export type DoctorState = (typeof doctorStates)[number];
export const consoleStates = ["None", "Starting", "Open", "Ended"] as const;
export type ConsoleState = (typeof consoleStates)[number];

export interface DoctorRunRow extends ContainerColumn {
  readonly id: string;
  readonly workspaceId: string;
  readonly actorId: string;
  readonly actorName: string;
  readonly endpoint: string;
  readonly deployment: string;
  readonly spec: DeploymentSpec;
  /** Hash of `trialIdentity`. */
  readonly digest: string;
  readonly sample: SampleRequest | null;
  readonly state: DoctorState;
  readonly phase: DoctorPhase;
  readonly phaseAt: number;
  readonly facts: DoctorFacts;
  readonly checks: readonly DoctorCheck[];
  readonly verdict: Verdict | null;
  readonly lines: readonly string[];
  readonly cancelRequested: boolean;
  readonly slot: number | null;
  /** Read by the doctor's loop alone, but for where it listens and what it holds. */
  readonly container: unknown;
  readonly console: ConsoleState;
  readonly consoleUntil: number | null;
  readonly consoleEnd: boolean;
  readonly consoleMessage: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

const toRow = (row: Prisma.DoctorRunGetPayload<object>): DoctorRunRow => ({
  ...row,
  spec: readDeploymentSpec(row.spec),
  sample: row.sample === null ? null : readSample(row.sample),
  state: doctorStates.find((state) => state === row.state) ?? "Finished",
  phase: doctorPhases.find((phase) => phase === row.phase) ?? "clean",
  phaseAt: ms(row.phaseAt),
  facts: readFacts(row.facts),
  checks: readChecks(row.checks),
  ...readContainerColumn(row.container),
  verdict: verdicts.find((verdict) => verdict === row.verdict) ?? null,
  console: consoleStates.find((state) => state === row.console) ?? "Ended",
  consoleUntil: msOrNull(row.consoleUntil),
  createdAt: ms(row.createdAt),
  startedAt: msOrNull(row.startedAt),
  finishedAt: msOrNull(row.finishedAt),
});

/** Which container a run had, without what it found. */
export interface DoctorRunOutline extends Pick<DoctorRunRow, "id" | "deployment"> {
  readonly codeId: string | null;
}

export type NewDoctorRun = Pick<
  DoctorRunRow,
  "id" | "workspaceId" | "actorId" | "actorName" | "endpoint" | "deployment" | "spec" | "digest" | "sample" | "checks" | "createdAt"
>;
export type DoctorRunPatch = Partial<
  Pick<
    DoctorRunRow,
    | "state"
    | "phase"
    | "phaseAt"
    | "facts"
    | "checks"
    | "verdict"
    | "lines"
    | "slot"
    | "container"
    | "console"
    | "consoleUntil"
    | "consoleEnd"
    | "consoleMessage"
    | "startedAt"
    | "finishedAt"
  >
>;

/** Null is a value of these columns, not the JSON `null`. */
const jsonOrNull = (value: unknown) => (value === null || value === undefined ? Prisma.DbNull : json(value));

/** Trials of specs. Operations insert them and write the wishes; the doctor's loop writes the rest. */
export function doctorRunsRepository(db: Db) {
  const many = async (query: Omit<Prisma.DoctorRunFindManyArgs, "select" | "include" | "omit">): Promise<DoctorRunRow[]> =>
    (await db.doctorRun.findMany(query)).map(toRow);
  return {
    async findById(id: string): Promise<DoctorRunRow | null> {
      const row = await db.doctorRun.findUnique({ where: { id } });
      return row === null ? null : toRow(row);
    },
    /** Newest first. */
    listByWorkspace: (workspaceId: string, limit: number): Promise<DoctorRunRow[]> => many({ where: { workspaceId }, orderBy: { id: "desc" }, take: limit }),
    /** The newest of what an endpoint of that name was to get, since then; only what their logs are told by. */
    async listOfEndpoint(workspaceId: string, endpoint: string, sinceMs: number, limit: number): Promise<DoctorRunOutline[]> {
      const where = { workspaceId, endpoint: { equals: endpoint, mode: "insensitive" as const }, createdAt: { gte: date(sinceMs) } };
      const rows = await db.doctorRun.findMany({ where, orderBy: { id: "desc" }, take: limit, select: { id: true, deployment: true, spec: true } });
      return rows.map(({ spec, ...row }) => ({ ...row, codeId: readDeploymentSpec(spec).codeConfiguration?.codeId ?? null }));
    },
    /** Those that the doctor's loop is not done with; something of them may be on the host. */
    listLive: (): Promise<DoctorRunRow[]> => many({ where: { phase: { not: "ended" } }, orderBy: { id: "asc" } }),
    /** The newest report on exactly that. */
    async findReport(workspaceId: string, digest: string): Promise<DoctorRunRow | null> {
      const [row] = await many({ where: { workspaceId, digest, state: "Finished" }, orderBy: { id: "desc" }, take: 1 });
      return row ?? null;
    },
    async insert({ spec, sample, checks, createdAt, ...row }: NewDoctorRun): Promise<DoctorRunRow> {
      const data = { ...row, spec: json(spec), sample: jsonOrNull(sample), checks: json(checks), createdAt: date(createdAt), phaseAt: date(createdAt) };
      return toRow(await db.doctorRun.create({ data }));
    },
    /** The wish that it end; null when it has ended. */
    async requestCancel(id: string): Promise<DoctorRunRow | null> {
      const { count } = await db.doctorRun.updateMany({ where: { id, state: { in: ["Queued", "Running"] } }, data: { cancelRequested: true } });
      return count === 0 ? null : this.findById(id);
    },
    /** The wish for a container to try; null while the run has not ended or has one already. */
    async requestConsole(id: string, atMs: number): Promise<DoctorRunRow | null> {
      const { count } = await db.doctorRun.updateMany({
        where: { id, state: "Finished", phase: "ended" },
        data: { console: "Starting", consoleEnd: false, consoleMessage: null, consoleUntil: null, phase: "image", phaseAt: date(atMs) },
      });
      return count === 0 ? null : this.findById(id);
    },
    /** The wish that the container go; null when there is none. */
    async requestConsoleEnd(id: string): Promise<DoctorRunRow | null> {
      const { count } = await db.doctorRun.updateMany({ where: { id, console: { in: ["Starting", "Open"] } }, data: { consoleEnd: true } });
      return count === 0 ? null : this.findById(id);
    },
    /** For the doctor's loop inside `fenced` only. Rejects with a unique violation when another run has the slot. */
    async update(id: string, patch: DoctorRunPatch): Promise<void> {
      const { facts, checks, lines, container, phaseAt, consoleUntil, startedAt, finishedAt, ...plain } = patch;
      const dated = (at: number | null | undefined) => (at === undefined || at === null ? at : date(at));
      await db.doctorRun.updateMany({
        where: { id },
        data: {
          ...plain,
          ...(facts === undefined ? {} : { facts: json(facts) }),
          ...(checks === undefined ? {} : { checks: json(checks) }),
          ...(lines === undefined ? {} : { lines: [...lines] }),
          ...(container === undefined ? {} : { container: jsonOrNull(container) }),
          ...(phaseAt === undefined ? {} : { phaseAt: date(phaseAt) }),
          ...(consoleUntil === undefined ? {} : { consoleUntil: dated(consoleUntil) ?? null }),
          ...(startedAt === undefined ? {} : { startedAt: dated(startedAt) ?? null }),
          ...(finishedAt === undefined ? {} : { finishedAt: dated(finishedAt) ?? null }),
        },
      });
    },
    /** Ended runs of before then, but for those whose report a revision keeps. */
    async removeEndedBefore(beforeMs: number, limit: number): Promise<number> {
      return db.$executeRaw`DELETE FROM doctor_run WHERE id IN (
        SELECT id FROM doctor_run r WHERE finished_at < ${date(beforeMs)} AND phase = 'ended'
          AND NOT EXISTS (SELECT 1 FROM deployment_revision WHERE doctor_run_id = r.id) ORDER BY finished_at LIMIT ${limit})`;
    },
  };
}
