// Says that a port is taken before anything is started.
import net from "node:net";

/** True when nothing listens on `port` at `host`. */
export function isFree(port, host = "127.0.0.1") {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Rejects with one sentence per taken port; `wanted` lists `{ port, host, variable, what }`. */
export async function requirePorts(wanted) {
  const problems = [];
  for (const { port, host, variable, what } of wanted) {
    if (!(await isFree(port, host))) problems.push(`${what} wants port ${port}, which something else uses. Choose another: ${variable}=${port + 1}`);
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}
