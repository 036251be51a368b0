import type { Db } from "./client";
import { json } from "./columns";

/** Counters that all studio processes share: sign-in and API rates. */
export function rateWindowsRepository(db: Db) {
  return {
    /** Counts one more in the window that contains `atMs` and says how many that makes. */
    async increment(key: string, windowMs: number, atMs: number): Promise<number> {
      const windowStart = new Date(Math.floor(atMs / windowMs) * windowMs);
      const [row] = await db.$queryRaw<{ count: number }[]>`INSERT INTO rate_window (key, window_start, count) VALUES (${key}, ${windowStart}, 1)
        ON CONFLICT (key, window_start) DO UPDATE SET count = rate_window.count + 1 RETURNING count`;
      return row?.count ?? 1;
    },
    async find(key: string, windowMs: number, atMs: number): Promise<number> {
      const windowStart = new Date(Math.floor(atMs / windowMs) * windowMs);
      return (await db.rateWindow.findUnique({ where: { key_windowStart: { key, windowStart } }, select: { count: true } }))?.count ?? 0;
    },
    async reset(key: string): Promise<void> {
      await db.rateWindow.deleteMany({ where: { key } });
    },
    async removeBefore(beforeMs: number): Promise<number> {
      return (await db.rateWindow.deleteMany({ where: { windowStart: { lt: new Date(beforeMs) } } })).count;
    },
  };
}

export interface IdempotencyRow {
  readonly requestHash: string;
  /** 0 while the first request still runs. */
  readonly status: number;
  readonly response: unknown;
}

/** Answers to requests that carried an idempotency key. */
export function idempotencyRepository(db: Db) {
  return {
    async find(actorId: string, key: string): Promise<IdempotencyRow | null> {
      return db.idempotencyRecord.findUnique({ where: { actorId_key: { actorId, key } }, select: { requestHash: true, status: true, response: true } });
    },
    /** Claims the key for one request; false when it is taken. */
    async claim(actorId: string, key: string, requestHash: string, atMs: number): Promise<boolean> {
      const count = await db.$executeRaw`INSERT INTO idempotency_record (actor_id, key, request_hash, status, response, created_at)
        VALUES (${actorId}, ${key}, ${requestHash}, 0, 'null'::jsonb, ${new Date(atMs)}) ON CONFLICT DO NOTHING`;
      return count > 0;
    },
    async complete(actorId: string, key: string, status: number, response: unknown): Promise<void> {
      await db.idempotencyRecord.updateMany({ where: { actorId, key }, data: { status, response: json(response) } });
    },
    /** Gives a claimed key back after a failure that a repeat may cure. */
    async release(actorId: string, key: string): Promise<void> {
      await db.idempotencyRecord.deleteMany({ where: { actorId, key, status: 0 } });
    },
    async removeBefore(beforeMs: number): Promise<number> {
      return (await db.idempotencyRecord.deleteMany({ where: { createdAt: { lt: new Date(beforeMs) } } })).count;
    },
  };
}

/** Settings of one workspace, by key; values are plain JSON. */
export function settingsRepository(db: Db) {
  return {
    async find(workspaceId: string, key: string): Promise<unknown> {
      return (await db.setting.findUnique({ where: { workspaceId_key: { workspaceId, key } }, select: { value: true } }))?.value ?? null;
    },
    async put(workspaceId: string, key: string, value: unknown): Promise<void> {
      const where = { workspaceId_key: { workspaceId, key } };
      await db.setting.upsert({ where, create: { workspaceId, key, value: json(value) }, update: { value: json(value) }, select: { key: true } });
    },
  };
}
