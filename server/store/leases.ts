import type { Db } from "./client";

export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** Raised at every change of holder: a writer with an older one lost the lease. */
  readonly epoch: number;
  readonly expiresAt: number;
}

/** What a status write carries to prove that its writer still leads. */
export interface Fence {
  readonly lease: string;
  readonly epoch: number;
}

/** The writer no longer holds the lease: nothing was written, and its loops must stop. */
export class LeaseLostError extends Error {
  constructor(fence: Fence) {
    super(`lease ${fence.lease} moved on from epoch ${fence.epoch}`);
    this.name = "LeaseLostError";
  }
}

interface LeaseRecord {
  readonly name: string;
  readonly holder: string;
  readonly epoch: number;
  readonly expires_at: Date;
}
const toLease = (row: LeaseRecord): Lease => ({ name: row.name, holder: row.holder, epoch: row.epoch, expiresAt: row.expires_at.getTime() });

/** Leases that elect one writer. Times are the database's, so that clocks of two processes never disagree. */
export function leasesRepository(db: Db) {
  return {
    async find(name: string): Promise<Lease | null> {
      const [row] = await db.$queryRaw<LeaseRecord[]>`SELECT name, holder, epoch, expires_at FROM lease WHERE name = ${name}`;
      return row === undefined ? null : toLease(row);
    },
    /** Takes a free or expired lease with a new epoch; null while somebody else holds it. Its own holder gets a new epoch too. */
    async acquire(name: string, holder: string, ttlMs: number): Promise<Lease | null> {
      const [row] = await db.$queryRaw<LeaseRecord[]>`
        INSERT INTO lease (name, holder, epoch, expires_at) VALUES (${name}, ${holder}, 1, clock_timestamp() + ${ttlMs} * interval '1 millisecond')
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = lease.epoch + 1, expires_at = excluded.expires_at
          WHERE lease.expires_at < clock_timestamp() OR lease.holder = excluded.holder
        RETURNING name, holder, epoch, expires_at`;
      return row === undefined ? null : toLease(row);
    },
    /** Prolongs the lease; null when its epoch is no longer the newest. An expired lease that nobody took can still be renewed. */
    async renew(name: string, epoch: number, ttlMs: number): Promise<Lease | null> {
      const [row] = await db.$queryRaw<LeaseRecord[]>`
        UPDATE lease SET expires_at = clock_timestamp() + ${ttlMs} * interval '1 millisecond' WHERE name = ${name} AND epoch = ${epoch}
        RETURNING name, holder, epoch, expires_at`;
      return row === undefined ? null : toLease(row);
    },
    /** Lets the next one in at once. */
    async release(name: string, epoch: number): Promise<void> {
      await db.$executeRaw`UPDATE lease SET expires_at = clock_timestamp() - interval '1 millisecond', holder = '' WHERE name = ${name} AND epoch = ${epoch}`;
    },
    /** Holds the lease's row until the transaction ends, so that it cannot change hands in between; throws `LeaseLostError` when it already did. */
    async require(fence: Fence): Promise<void> {
      const rows = await db.$queryRaw<{ epoch: number }[]>`SELECT epoch FROM lease WHERE name = ${fence.lease} AND epoch = ${fence.epoch} FOR SHARE`;
      if (rows.length === 0) throw new LeaseLostError(fence);
    },
  };
}
