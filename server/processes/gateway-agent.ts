import { GatewayAgent, readGatewaySettings } from "#server/gateway/agent/agent";
import { systemClock } from "#server/kernel/clock";
import { loadGatewayDirectory } from "#server/kernel/env";
import { createLogger } from "#server/kernel/log";

// Sibling of the proxy in the gateway container: either may end and come back without the other.
const log = createLogger("gateway-agent");
const directory = loadGatewayDirectory();
const settings = await readGatewaySettings(directory);
const agent = new GatewayAgent({ directory, settings, haproxy: "haproxy", clock: systemClock, log });

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ signal }, "stopping");
  await agent.stop();
  process.exit(0);
}
process.on("SIGTERM", (signal) => void stop(signal));
process.on("SIGINT", (signal) => void stop(signal));

await agent.start();
log.info({ gatewayId: settings.gatewayId }, "serving");
