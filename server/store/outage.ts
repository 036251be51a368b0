/** What PostgreSQL, its driver and Prisma say when there is no connection to be had, or one broke. */
const gone =
  /ECONNREFUSED|ECONNRESET|terminating connection|Connection terminated|the database system is (starting up|shutting down)|not currently accepting connections|P1001|P1017/;

/** Whether what was thrown says that the database is away, so that the same may well succeed a moment later. */
export const isDatabaseAway = (thrown: unknown): boolean => gone.test(thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown));
