import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import { openArtifacts } from "../artifacts/open";
import { changeSource } from "../control/change-source";
import { loops, trafficKey } from "../control/context";
import { createControlPlane, takeEvent } from "../control/control-plane";
import { followEvents } from "../control/host/follow-events";
import { fileLogSink } from "../control/log-sink";
import { runAsLeader } from "../control/runtime/leadership";
import { LoopMetrics } from "../control/runtime/metrics";
import type { Runtime } from "../control/runtime/runtime";
import { subnetAt } from "../domain/host/addressing";
import { defaultInstanceTypes } from "../domain/host/instance-types";
import { createDockerDriver } from "../drivers/docker/driver";
import { createSimDriver } from "../drivers/sim/driver";
import { SimWorld } from "../drivers/sim/world";
import { startGatewayApi } from "../gateway-api/server";
import { systemClock } from "../kernel/clock";
import { loadSettings } from "../kernel/env";
import { newId, uuidV7 } from "../kernel/ids";
import { createLogger } from "../kernel/log";
import { WakeUp } from "../kernel/wake-up";
import { createStore } from "../store/store";
import { startCollectors } from "../telemetry/collect/collectors";
import { openDb } from "../telemetry/db";
import { Vault } from "../vault/vault";
import { controlSettings, readGatewayToken } from "./control-plane/settings";
import { serveHealth } from "./control-plane/health";

/** Converges wishes to machines. The only process that opens the Docker engine's socket. */
const leaseName = "control-plane";
const settings = loadSettings();
const log = createLogger("control-plane", settings.logLevel);
const stop = new AbortController();
// Every loop and collector waits on this one signal; more than this would be a leak.
setMaxListeners(100, stop.signal);
const clock = systemClock;
const metrics = new LoopMetrics();
const store = createStore({ databaseUrl: settings.databaseUrl, maxConnections: 16 });
const telemetryDb = openDb(settings.databaseUrl);
const { store: artifacts, sweeper } = openArtifacts(settings);
// The first block of our supernet is kept for builds, so that the rules which fence instances off the host hold for builds as well.
const builds = subnetAt(settings.supernet, 0);
const driver =
  settings.compute === "sim"
    ? createSimDriver(new SimWorld({ clock, images: "any" }))
    : createDockerDriver({
        socketPath: settings.dockerSocket,
        installation: settings.installationId,
        clock,
        buildNetwork: { subnet: builds.cidr, gateway: builds.gateway },
      });
const loopSettings = controlSettings(settings, process.cwd());
const vault = Vault.open(settings.masterKey);
const logs = fileLogSink(settings.home, clock);

/** The loops of the running term; null while another process leads. */
let leading: Runtime | null = null;
let serving = false;

for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => stop.abort(new Error(name)));

/** Waits for the database, which starts beside us, then makes sure of what every installation has. */
async function prepare(): Promise<void> {
  while (!stop.signal.aborted) {
    try {
      await store.instanceTypes.insertMissing(defaultInstanceTypes);
      const token = createHash("sha256").update(readGatewayToken(settings.home)).digest("hex");
      await store.gateways.upsert(settings.gateway.id, settings.gateway.id.replace(/^gw_/, ""), token);
      return;
    } catch (error) {
      log.warn({ err: error }, "the database is not ready");
      await clock.sleep(1000, stop.signal).catch(() => undefined);
    }
  }
}

const health = await serveHealth(settings.ports.controlPlane, metrics, () => serving);
await prepare();

const wakeUp = new WakeUp();
const gatewayApi = await startGatewayApi({
  store,
  unseal: (sealed, owner) => vault.unseal(sealed, owner),
  clock,
  log,
  socketPath: settings.sockets.gatewayApi,
  onAcknowledgement: () => leading?.enqueue(loops.traffic, trafficKey, "urgent"),
});
const endListening = store.onChange(() => {
  wakeUp.ring();
  gatewayApi.hint();
});
const collectors = startCollectors({
  driver,
  db: telemetryDb,
  home: settings.home,
  clock,
  log,
  signal: stop.signal,
  logBytesPerInstance: settings.retention.logBytesPerInstance,
});

async function lead(epoch: number, signal: AbortSignal): Promise<void> {
  const runtime = createControlPlane({
    store,
    fence: { lease: leaseName, epoch },
    driver,
    openArtifact: (sha256) => artifacts.open(sha256),
    artifacts,
    sweeper,
    logs,
    vault,
    clock,
    newId: (kind) => newId(kind, clock.now()),
    settings: loopSettings,
    source: changeSource({
      store,
      clock,
      metrics,
      changed: (aborted) => wakeUp.next(aborted),
    }),
    loop: { clock, log, metrics, random: Math.random, newPassId: () => uuidV7() },
  });
  leading = runtime;
  const events = followEvents(
    { driver, clock, log, onEvent: (event) => takeEvent(runtime, event), onConnected: () => void runtime.resync().catch(() => undefined) },
    signal,
  );
  try {
    await runtime.run(signal);
  } finally {
    leading = null;
    await events;
  }
}

serving = !stop.signal.aborted;
log.info({ driver: driver.name }, "control plane is running");
const lease = {
  acquire: async (ttlMs: number) => (await store.leases.acquire(leaseName, `${settings.installationId}-${String(process.pid)}`, ttlMs))?.epoch ?? null,
  renew: async (epoch: number, ttlMs: number) => (await store.leases.renew(leaseName, epoch, ttlMs)) !== null,
  release: (epoch: number) => store.leases.release(leaseName, epoch),
};
await runAsLeader({ store: lease, clock, log }, stop.signal, lead);

serving = false;
await gatewayApi.close();
await collectors.done;
await endListening();
health.close();
await telemetryDb.close();
await store.close();
log.info("control plane ended");
