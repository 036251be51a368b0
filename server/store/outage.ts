/** What PostgreSQL, its driver and Prisma say when there is no connection to be had, or one broke. */
const gone =
  /ECONNREFUSED|ECONNRESET|terminating connection|Connection terminated|the database system is |not currently accepting connections|57P0[123]|P1001|P1002|P1017/;

/** Whether what was thrown says that the database is away, so that the same may well succeed a moment later. */
export function isDatabaseAway(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return gone.test(String(thrown));
  // Prisma tells what went wrong by a code beside the message, which has words alone.
  const code = "code" in thrown ? String(thrown.code) : "";
  return gone.test(`${code} ${thrown.name}: ${thrown.message}`);
}
