import type { InFlightReport, RoutingAcknowledgement, RoutingRevision } from "#server/domain/routing/types";
import { validateRevision } from "#server/domain/routing/validate";
import { z } from "zod";
import type { Db } from "./client";
import { json, ms, msOrNull } from "./columns";
import type { Prisma } from "./generated/client";

const limitUse = z.object({ requests: z.number(), connections: z.number(), newConnections: z.number(), bytesIn: z.number(), bytesOut: z.number() });

const inFlightColumn = z.object({
  observedAt: z.number().default(0),
  instances: z.record(z.string(), z.number()).default({}),
  queuedByDeployment: z.record(z.string(), z.number()).default({}),
  limits: z.record(z.string(), limitUse).default({}),
  shedLogLines: z.number().default(0),
});

export interface GatewayRow {
  readonly id: string;
  readonly name: string;
  readonly tokenHash: string;
  readonly proxyVersion: string;
  readonly address: string;
  readonly lastSeenAt: number | null;
  readonly appliedRevision: number;
  readonly appliedDigest: string;
  readonly refusedRevision: number | null;
  readonly refusedReason: string | null;
  /** Latest counts; `observedAt` is 0 before the first report. */
  readonly inFlight: Omit<InFlightReport, "gatewayId">;
}

const select = {
  id: true, name: true, tokenHash: true, proxyVersion: true, address: true, lastSeenAt: true, appliedRevision: true, appliedDigest: true,
  refusedRevision: true, refusedReason: true, inFlight: true,
} satisfies Prisma.GatewayNodeSelect; // prettier-ignore

const toRow = (row: Prisma.GatewayNodeGetPayload<{ select: typeof select }>): GatewayRow => ({
  ...row,
  lastSeenAt: msOrNull(row.lastSeenAt),
  inFlight: inFlightColumn.parse(row.inFlight),
});

/** Gateways; the gateway API writes what they report. */
export function gatewaysRepository(db: Db) {
  return {
    async findById(id: string): Promise<GatewayRow | null> {
      const row = await db.gatewayNode.findUnique({ where: { id }, select });
      return row === null ? null : toRow(row);
    },
    async findByTokenHash(tokenHash: string): Promise<GatewayRow | null> {
      const row = await db.gatewayNode.findFirst({ where: { tokenHash }, select });
      return row === null ? null : toRow(row);
    },
    async list(): Promise<GatewayRow[]> {
      return (await db.gatewayNode.findMany({ orderBy: { name: "asc" }, select })).map(toRow);
    },
    /** Gateways seen at or after `sinceMs`: those whose acknowledgement counts. */
    async listLive(sinceMs: number): Promise<GatewayRow[]> {
      return (await db.gatewayNode.findMany({ where: { lastSeenAt: { gte: new Date(sinceMs) } }, orderBy: { name: "asc" }, select })).map(toRow);
    },
    /** Registers a gateway or replaces its token. */
    async upsert(id: string, name: string, tokenHash: string): Promise<GatewayRow> {
      return toRow(await db.gatewayNode.upsert({ where: { id }, create: { id, name, tokenHash }, update: { name, tokenHash }, select }));
    },
    async updateHello(id: string, proxyVersion: string, address: string, atMs: number): Promise<void> {
      await db.gatewayNode.updateMany({ where: { id }, data: { proxyVersion, address, lastSeenAt: new Date(atMs) } });
    },
    async touch(id: string, atMs: number): Promise<void> {
      await db.gatewayNode.updateMany({ where: { id }, data: { lastSeenAt: new Date(atMs) } });
    },
    async updateInFlight(report: InFlightReport, atMs: number): Promise<void> {
      const { gatewayId, ...inFlight } = report;
      await db.gatewayNode.updateMany({ where: { id: gatewayId }, data: { inFlight: json(inFlight), lastSeenAt: new Date(atMs) } });
    },
    /** Keeps the acknowledgement and what it says of the gateway; a repeated one changes nothing. */
    async insertAcknowledgement(acknowledgement: RoutingAcknowledgement, receivedAtMs: number): Promise<void> {
      const { gatewayId, revision, outcome, appliedAt, digest, reason } = acknowledgement;
      await db.gatewayAcknowledgement.upsert({
        where: { gatewayId_revision: { gatewayId, revision } },
        create: { gatewayId, revision, outcome, reason, digest, appliedAt: new Date(appliedAt), receivedAt: new Date(receivedAtMs) },
        update: { outcome, reason, digest, appliedAt: new Date(appliedAt) },
        select: { revision: true },
      });
      const seen = { lastSeenAt: new Date(receivedAtMs) };
      const data =
        outcome === "applied"
          ? { ...seen, appliedRevision: revision, appliedDigest: digest, refusedRevision: null, refusedReason: null }
          : { ...seen, refusedRevision: revision, refusedReason: reason };
      await db.gatewayNode.updateMany({ where: { id: gatewayId }, data });
    },
  };
}

export interface StoredRevision {
  readonly revision: number;
  readonly digest: string;
  readonly cause: string;
  readonly createdAt: number;
  readonly document: RoutingRevision;
}

export interface AcknowledgementRow extends RoutingAcknowledgement {
  readonly receivedAt: number;
}

/** An acknowledgement beside the time at which its revision was made. */
export interface TimedAcknowledgement extends Pick<RoutingAcknowledgement, "revision" | "outcome" | "reason" | "appliedAt"> {
  readonly createdAt: number;
}

interface AcknowledgedAt {
  readonly revision: number;
  readonly outcome: string;
  readonly reason: string;
  readonly applied_at: Date;
  readonly created_at: Date;
}

const revisionSelect = { revision: true, digest: true, cause: true, createdAt: true, document: true } satisfies Prisma.RoutingRevisionSelect;

type RevisionRow = Prisma.RoutingRevisionGetPayload<{ select: typeof revisionSelect }>;

/** Rows that are tried until one of them is a revision. */
const lookBack = 10;

const readRevision = (row: RevisionRow) => validateRevision({ ...(row.document as object), revision: row.revision, createdAt: ms(row.createdAt) });

function toRevision(row: RevisionRow): StoredRevision {
  const document = readRevision(row);
  if (!document.ok) throw new Error(`routing revision ${row.revision} in the database is not one: ${document.error[0]?.reason ?? ""}`);
  return { ...row, createdAt: ms(row.createdAt), document: document.data };
}

/** Numbered routing revisions and who acknowledged them. */
export function routingRepository(db: Db) {
  return {
    /**
     * The newest revision that is one. When another was stored after it that cannot be read, its digest is the empty text, which no revision has: so it is
     * published again under a new number, and a spoilt row holds nothing up.
     */
    async findNewest(): Promise<StoredRevision | null> {
      const [newest] = await db.routingRevision.findMany({ orderBy: { revision: "desc" }, take: 1, select: revisionSelect });
      if (newest === undefined) return null;
      const read = readRevision(newest);
      if (read.ok) return { ...newest, createdAt: ms(newest.createdAt), document: read.data };
      // One document of a large installation has megabytes: those before it are asked for only where one is spoilt.
      const before = await db.routingRevision.findMany({
        where: { revision: { lt: newest.revision } },
        orderBy: { revision: "desc" },
        take: lookBack,
        select: revisionSelect,
      });
      const good = before.find((row) => readRevision(row).ok);
      return good === undefined ? null : { ...toRevision(good), digest: "" };
    },
    /** Number and digest only: cheap enough to poll. */
    async findNewestDigest(): Promise<{ readonly revision: number; readonly digest: string } | null> {
      return db.routingRevision.findFirst({ orderBy: { revision: "desc" }, select: { revision: true, digest: true } });
    },
    async findByRevision(revision: number): Promise<StoredRevision | null> {
      const row = await db.routingRevision.findUnique({ where: { revision }, select: revisionSelect });
      return row === null ? null : toRevision(row);
    },
    /** Stores endpoints that were judged as the next revision; number and time are the row's own. Inside `fenced` only. */
    async insert(endpoints: RoutingRevision["endpoints"], digest: string, cause: string, atMs: number): Promise<StoredRevision> {
      const { revision } = await db.routingRevision.create({
        data: { document: json({ endpoints }), digest, cause, createdAt: new Date(atMs) },
        select: { revision: true },
      });
      return { revision, digest, cause, createdAt: atMs, document: { revision, createdAt: atMs, endpoints } };
    },
    async listAcknowledgements(revision: number): Promise<AcknowledgementRow[]> {
      const rows = await db.gatewayAcknowledgement.findMany({
        where: { revision },
        orderBy: { gatewayId: "asc" },
        select: { gatewayId: true, revision: true, outcome: true, reason: true, digest: true, appliedAt: true, receivedAt: true },
      });
      return rows.map((row) => ({
        ...row,
        outcome: row.outcome === "applied" ? "applied" : "refused",
        appliedAt: ms(row.appliedAt),
        receivedAt: ms(row.receivedAt),
      }));
    },
    /** The gateway's last words on revisions that are still kept, newest first, with when each was made. */
    async listAcknowledgementsOf(gatewayId: string, limit: number): Promise<TimedAcknowledgement[]> {
      const rows = await db.$queryRaw<readonly AcknowledgedAt[]>`
        SELECT a.revision, a.outcome, a.reason, a.applied_at, r.created_at FROM gateway_acknowledgement a JOIN routing_revision r USING (revision)
        WHERE a.gateway_id = ${gatewayId} ORDER BY a.revision DESC LIMIT ${limit}`;
      return rows.map(({ revision, outcome, reason, applied_at, created_at }) => ({
        revision,
        outcome: outcome === "applied" ? "applied" : "refused",
        reason,
        appliedAt: ms(applied_at),
        createdAt: ms(created_at),
      }));
    },
    /** Forgets all but the newest `keep` revisions and their acknowledgements. */
    async prune(keep: number): Promise<number> {
      const oldest = await db.routingRevision.findFirst({ orderBy: { revision: "desc" }, skip: keep, select: { revision: true } });
      if (oldest === null) return 0;
      await db.gatewayAcknowledgement.deleteMany({ where: { revision: { lte: oldest.revision } } });
      return (await db.routingRevision.deleteMany({ where: { revision: { lte: oldest.revision } } })).count;
    },
  };
}
