import { spawnSync } from "node:child_process";
import { TestGateway } from "#server/testing/haproxy";
import { routingDeployment, routingEndpoint, routingKey, routingRevision } from "#server/testing/routing";
import { proxyCore, type Target } from "./proxies";

/** An address of its own for each instance, all of them this host. */
const loopback = (index: number): string => `127.${String(1 + (index >> 16))}.${String((index >> 8) & 255)}.${String(index & 255)}`;

function endpoint(index: number, model: number, keepAlive: boolean) {
  const name = `demo${String(index)}`;
  const deployments = ["blue", "green"].map((color, second) =>
    routingDeployment(color, [], {
      id: `dep_${name}_${color}`,
      maxConcurrentRequestsPerInstance: 1000,
      keepAlive,
      instances: [{ id: `ins_${name}_${color}`, address: loopback(2 * index + second + 1), port: model, mode: "serve", http2: false }],
    }),
  );
  return routingEndpoint(deployments, { blue: 90, green: 10 }, { id: `ep_${name}`, name, keys: [routingKey("key-1"), routingKey("key-2", "secondary")] });
}

/**
 * The whole gateway with `endpoints` of two deployments each, which keep connections to the model or not: keys, split, header hygiene, limits, access log, metrics, health checks of every instance.
 * The agent, which reads the log, runs in this process and off the proxy's core.
 */
export async function fullGateway(model: number, endpoints: number, keepAlive = false): Promise<Target> {
  const gateway = await TestGateway.start();
  const numbers = Array.from({ length: endpoints }, (_, index) => index);
  await gateway.program(
    routingRevision(
      1,
      numbers.map((index) => endpoint(index, model, keepAlive)),
    ),
  );
  const worker = await gateway.proxy.workerPid();
  spawnSync("taskset", ["-a", "-cp", proxyCore, String(worker)], { stdio: "ignore" });
  return {
    name: endpoints === 1 ? "Sluice gateway" : `Sluice gateway, ${String(endpoints)} endpoints`,
    url: `${gateway.plainUrl}/endpoints/demo0/score`,
    paths: numbers.map((index) => `/endpoints/demo${String(index)}/score`),
    pids: () => Promise.resolve([worker]),
    stop: () => gateway.stop(),
  };
}
