import { readGatewaySettings } from "#server/gateway/agent/agent";
import { gatewayLayout } from "#server/gateway/layout";
import { Mirror } from "#server/gateway/mirror/mirror";
import { systemClock } from "#server/kernel/clock";
import { loadGatewayDirectory } from "#server/kernel/env";
import { createLogger } from "#server/kernel/log";

// Sibling of the proxy and the agent in the gateway container: copies calls to shadows and compares the answers.
const log = createLogger("gateway-mirror");
const directory = loadGatewayDirectory();
const { gatewayId, spoolBytes } = await readGatewaySettings(directory);
const mirror = new Mirror({ layout: gatewayLayout(directory), gatewayId, spoolBytes, clock: systemClock, log });

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ signal }, "stopping");
  await mirror.stop();
  process.exit(0);
}
process.on("SIGTERM", (signal) => void stop(signal));
process.on("SIGINT", (signal) => void stop(signal));

await mirror.start();
log.info({ gatewayId }, "mirroring");
