import pg from "pg";
import type { Db } from "./client";

export type ChangeKind =
  | "endpoint"
  /** What is known of an endpoint changed, and not what is wished. */
  | "endpoint_condition"
  | "deployment"
  | "instance"
  | "traffic"
  | "image_build"
  | "base_refresh"
  | "connection"
  | "doctor_run"
  | "model_import"
  | "host"
  | "token_provider"
  | "routing";

export interface ChangeRow {
  readonly id: bigint;
  /** A `ChangeKind`, unless a newer version of the product wrote it. */
  readonly kind: string;
  readonly key: string;
}

/**
 * The change feed: hints that a row changed. Numbers are given out before the transaction commits, so they may become visible out of order:
 * a reader has to ask again for those that it passed over.
 */
export function changesRepository(db: Db) {
  return {
    /** Belongs into the transaction of the change itself. */
    async append(kind: ChangeKind, key: string): Promise<void> {
      await db.change.create({ data: { kind, key }, select: { id: true } });
    },
    /** At most `limit` hints, oldest first: those among `missing`, then those after the id; start with 0n. */
    async listAfter(id: bigint, limit: number, missing: readonly bigint[] = []): Promise<ChangeRow[]> {
      return db.$queryRaw<ChangeRow[]>`
        SELECT id, kind, key FROM change WHERE id > ${id} OR id = ANY(${missing.map(String)}::bigint[]) ORDER BY id LIMIT ${limit}`;
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
/** A server that takes the connection and does not speak must not be waited for until the end of days. */
const connectTimeoutMs = 5000;

/**
 * Calls back whenever hints were committed (several at once make one call), and after every reconnect, since calls may have been lost then.
 * The connection is its own and comes back by itself. Returns how to stop.
 */
export function listenForChanges(databaseUrl: string, onChange: () => void): () => Promise<void> {
  let stopped = false;
  let client: pg.Client | null = null;
  let retry: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: databaseUrl, keepAlive: true, connectionTimeoutMillis: connectTimeoutMs });
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
