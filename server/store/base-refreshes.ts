import type { RefreshedBase } from "#server/domain/environment/base-refresh";
import type { Db } from "./client";
import { json, ms, msOrNull, readRefreshedBases } from "./columns";
import type { Prisma } from "./generated/client";

const refreshStates = ["Queued", "Building", "Succeeded", "Failed"] as const;
export type RefreshState = (typeof refreshStates)[number];

export interface BaseRefreshRow {
  readonly id: string;
  /** Who asked for it; empty when its time had come. */
  readonly requestedBy: string;
  readonly state: RefreshState;
  /** The bases in force after it. */
  readonly images: readonly RefreshedBase[];
  /** Names of the bases in which something was new. */
  readonly changed: readonly string[];
  readonly reason: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

const select = {
  id: true, requestedBy: true, state: true, images: true, changed: true, reason: true, message: true, hint: true, createdAt: true, startedAt: true,
  finishedAt: true,
} satisfies Prisma.BaseRefreshSelect; // prettier-ignore

const toRow = (row: Prisma.BaseRefreshGetPayload<{ select: typeof select }>): BaseRefreshRow => ({
  ...row,
  state: refreshStates.find((state) => state === row.state) ?? "Failed",
  images: readRefreshedBases(row.images),
  createdAt: ms(row.createdAt),
  startedAt: msOrNull(row.startedAt),
  finishedAt: msOrNull(row.finishedAt),
});

type BaseRefreshPatch = Partial<Omit<BaseRefreshRow, "id" | "requestedBy" | "createdAt">>;
const open = { state: { in: ["Queued", "Building"] } };

/** Refreshes of the platform's base images. Operations and the schedule insert; the control plane writes the rest. */
export function baseRefreshesRepository(db: Db) {
  const first = async (where: Prisma.BaseRefreshWhereInput): Promise<BaseRefreshRow | null> => {
    const row = await db.baseRefresh.findFirst({ where, orderBy: [{ createdAt: "desc" }, { id: "desc" }], select });
    return row === null ? null : toRow(row);
  };
  return {
    findNewest: (): Promise<BaseRefreshRow | null> => first({}),
    findOpen: (): Promise<BaseRefreshRow | null> => first(open),
    /** Its images are the ones in force. */
    findNewestGood: (): Promise<BaseRefreshRow | null> => first({ state: "Succeeded" }),
    /** Newest first. */
    async list(limit: number): Promise<BaseRefreshRow[]> {
      return (await db.baseRefresh.findMany({ orderBy: [{ createdAt: "desc" }, { id: "desc" }], take: limit, select })).map(toRow);
    },
    /** The refresh that waits or runs already, else this one. Inside a transaction only, which holds the lock until it ends. */
    async request(row: Pick<BaseRefreshRow, "id" | "requestedBy" | "createdAt">): Promise<BaseRefreshRow> {
      await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('base_refresh', 0))`;
      const running = await first(open);
      return running ?? toRow(await db.baseRefresh.create({ data: { ...row, createdAt: new Date(row.createdAt) }, select }));
    },
    /** Inside `fenced` only. */
    async update(id: string, { images, changed, startedAt, finishedAt, ...plain }: BaseRefreshPatch): Promise<void> {
      await db.baseRefresh.updateMany({
        where: { id },
        data: {
          ...plain,
          ...(images === undefined ? {} : { images: json(images) }),
          ...(changed === undefined ? {} : { changed: [...changed] }),
          ...(startedAt === undefined ? {} : { startedAt: startedAt === null ? null : new Date(startedAt) }),
          ...(finishedAt === undefined ? {} : { finishedAt: finishedAt === null ? null : new Date(finishedAt) }),
        },
      });
    },
  };
}
