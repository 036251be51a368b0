import pg from "pg";
import type { Db } from "./client";

export const changeKinds = ["endpoint", "deployment", "instance", "traffic", "image_build", "host", "routing"] as const;
export type ChangeKind = (typeof changeKinds)[number];

export interface ChangeRow {
  readonly id: bigint;
  readonly kind: ChangeKind;
  readonly key: string;
}

/** The change feed: hints that a row changed. Sequences may commit out of order, so a reader can miss one; a full resync makes up for it. */
export function changesRepository(db: Db) {
  return {
    /** Belongs into the transaction of the change itself. */
    async append(kind: ChangeKind, key: string): Promise<void> {
      await db.change.create({ data: { kind, key }, select: { id: true } });
    },
    /** At most `limit` hints after the id, oldest first; start with 0n. */
    async listAfter(id: bigint, limit: number): Promise<ChangeRow[]> {
      const rows = await db.change.findMany({ where: { id: { gt: id } }, orderBy: { id: "asc" }, take: limit, select: { id: true, kind: true, key: true } });
      return rows.flatMap((row) => {
        const kind = changeKinds.find((candidate) => candidate === row.kind);
        return kind === undefined ? [] : [{ id: row.id, kind, key: row.key }];
      });
    },
    async findNewestId(): Promise<bigint> {
      return (await db.change.findFirst({ orderBy: { id: "desc" }, select: { id: true } }))?.id ?? 0n;
    },
    async removeBefore(beforeMs: number): Promise<number> {
      return (await db.change.deleteMany({ where: { at: { lt: new Date(beforeMs) } } })).count;
    },
  };
}

const reconnectMs = 1000;

/**
 * Calls back whenever hints were committed (several at once make one call), and after every reconnect, since calls may have been lost then.
 * The connection is its own and comes back by itself. Returns how to stop.
 */
export function listenForChanges(databaseUrl: string, onChange: () => void): () => Promise<void> {
  let stopped = false;
  let client: pg.Client | null = null;
  let retry: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
    let lost = false;
    const lose = () => {
      if (lost) return;
      lost = true;
      void next.end().catch(() => undefined);
      if (!stopped) retry = setTimeout(() => void connect(), reconnectMs);
    };
    client = next;
    next.on("error", lose);
    next.on("end", lose);
    next.on("notification", () => onChange());
    try {
      await next.connect();
      await next.query("LISTEN sluice_change");
      onChange();
    } catch {
      lose();
    }
  };
  void connect();
  return async () => {
    stopped = true;
    clearTimeout(retry);
    await client?.end().catch(() => undefined);
  };
}
