import pg from "pg";

/**
 * Runs `work` on one connection of its own, which is closed afterwards. Rejects with what the driver says when the server cannot be reached or breaks off.
 * The driver tells a break twice, to the statement that waits and as an event, and an event that nobody hears would end the process.
 */
export async function withClient<T>(config: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(config);
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
