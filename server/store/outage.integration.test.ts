import { createServer, type AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { openConnection } from "./client";
import { isDatabaseAway } from "./outage";

/** A port at which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

it("is what Prisma throws when nothing listens at the database's address, and nothing else is", async () => {
  const connection = openConnection(`postgresql://sluice:none@127.0.0.1:${String(await freePort())}/sluice`, 1);
  const failure: unknown = await connection.prisma.personalAccessToken.findUnique({ where: { id: "none" } }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(isDatabaseAway(failure)).toBe(true);
  const starting = "Database error. Code: `57P03`. Message: `the database system is not yet accepting connections`";
  expect(isDatabaseAway(new Error(starting))).toBe(true);
  expect(isDatabaseAway(new Error("Unique constraint failed"))).toBe(false);
  await connection.prisma.$disconnect();
  await connection.pool.end();
});
