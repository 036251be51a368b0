import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { Prisma, PrismaClient } from "./generated/client";

/** What repositories talk to: the whole client, or one transaction of it. */
export type Db = Prisma.TransactionClient;

export interface Connection {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
}

/** Opens one pool that Prisma and raw SQL share. Connects lazily; `maxConnections` bounds both together. */
export function openConnection(databaseUrl: string, maxConnections: number): Connection {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: maxConnections });
  // An idle connection that the server ends is no reason to end the process: the next query opens another.
  pool.on("error", () => undefined);
  return { pool, prisma: new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false }) }) };
}

/** True when the database refused a write because a unique rule would break (both through Prisma and through raw SQL). */
export function isUniqueViolation(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    return error.code === "P2002" || (error.code === "P2010" && JSON.stringify(error.meta ?? {}).includes("23505"));
  }
  return error instanceof pg.DatabaseError && error.code === "23505";
}
