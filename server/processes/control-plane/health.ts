import { createServer, type Server } from "node:http";
import type { LoopMetrics } from "../../control/runtime/metrics";

/** Serves `/health` (200 once `isReady`, else 503) and `/metrics` on loopback. */
export function serveHealth(port: number, metrics: LoopMetrics, isReady: () => boolean): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === "/health") {
      const ready = isReady();
      response.writeHead(ready ? 200 : 503, { "content-type": "application/json" }).end(JSON.stringify({ ok: ready }));
    } else if (request.url === "/metrics") response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(metrics.render());
    else response.writeHead(404).end();
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
