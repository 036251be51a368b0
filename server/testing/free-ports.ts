import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

/** Below the range that the system draws from for connections: between the look and the use nobody else comes to have one of them by chance. */
const [firstPort, lastPort] = [20_000, 32_000];

async function listenOn(port: number): Promise<Server | null> {
  const server = createServer();
  const listening = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  return listening ? server : null;
}

/** Different loopback ports that nothing listens on. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held = new Map<number, Server>();
  while (held.size < count) {
    const port = randomInt(firstPort, lastPort);
    const server = await listenOn(port);
    if (server !== null) held.set(port, server);
  }
  await Promise.all([...held.values()].map((server) => new Promise((resolve) => server.close(resolve))));
  return [...held.keys()];
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
