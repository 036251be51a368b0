import { request } from "node:http";
import type { HttpRoute, ProbeOutcome } from "#server/domain/probe/types";

/**
 * One GET on a fresh connection; 2xx is success. `timeout` covers connecting and waiting for the head of the answer,
 * in milliseconds, and is told apart because a busy single-worker server answers nothing. Never rejects.
 */
export async function probeHttp(address: string, route: HttpRoute, timeoutMs: number): Promise<ProbeOutcome> {
  try {
    return await get(address, route, timeoutMs);
  } catch (error) {
    // A path or address that HTTP cannot carry is thrown before anything is sent.
    return { kind: "failure", message: error instanceof Error ? error.message : String(error) };
  }
}

function get(address: string, route: HttpRoute, timeoutMs: number): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const outgoing = request({
      host: address,
      port: route.port,
      path: route.path,
      method: "GET",
      agent: false,
      headers: { "user-agent": "sluice-probe", connection: "close" },
    });
    const timer = setTimeout(() => {
      resolve({ kind: "timeout" });
      outgoing.destroy();
    }, timeoutMs);
    const settle = (outcome: ProbeOutcome) => {
      clearTimeout(timer);
      resolve(outcome);
      outgoing.destroy();
    };
    outgoing.on("response", (answer) => {
      const status = answer.statusCode ?? 0;
      settle(status >= 200 && status < 300 ? { kind: "success" } : { kind: "failure", message: `answered ${String(status)}` });
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      settle({ kind: "failure", message: error.code ?? error.message });
    });
    outgoing.end();
  });
}
