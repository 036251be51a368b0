import type { InstanceEvent } from "#server/drivers/compute-driver";
import type { Store } from "#server/store/store";
import { loops, trafficKey, type ControlContext } from "./context";
import { baseRefreshKey, baseRefreshReconciler } from "./base-refresh/reconcile";
import { connectionReconciler } from "./connection/reconcile";
import { curatedReconciler } from "./curated/reconcile";
import { deploymentReconciler } from "./deployment/reconcile";
import { doctorReconciler } from "./doctor/reconcile";
import { endpointReconciler } from "./endpoint/reconcile";
import { hostReconciler, localHostKey } from "./host/reconcile";
import { buildCancelReconciler, type RunningBuilds } from "./image-build/cancel";
import { imageBuildReconciler } from "./image-build/reconcile";
import { memoryReconciler } from "./instance/memory";
import { modelImportReconciler } from "./model-import/reconcile";
import { instanceReconciler } from "./instance/reconcile";
import type { ProbeMemory } from "./instance/run";
import type { LoopContext } from "./runtime/controller";
import type { Reconciler } from "./runtime/outcome";
import { Runtime, type Hint, type HintSource } from "./runtime/runtime";
import type { Priority } from "./runtime/work-queue";
import { signingKeysReconciler } from "./signing-keys/reconcile";
import { ArtifactSweep } from "./sweep/artifacts";
import { sweepReconciler } from "./sweep/reconcile";
import { tokenProviderReconciler } from "./token-provider/reconcile";
import { NewestRevision } from "./traffic/newest-revision";
import { trafficReconciler } from "./traffic/reconcile";

/** Hints are a shortcut; whatever one of them missed is found this often. */
const resyncEveryMs = 60_000;
/** A start is busy enough without it. */
const firstSweepAfterMs = 60_000;
export const sweepKey = "all";

const urgentTraffic = { loop: loops.traffic, key: trafficKey, priority: "urgent" as Priority };

/** Which loops a hint concerns. Deployments and instances get hints of their own from whoever changes what they look at. */
export function routeHint({ kind, key }: Hint): readonly { readonly loop: string; readonly key: string; readonly priority?: Priority }[] {
  switch (kind) {
    case "endpoint":
      return [urgentTraffic, { loop: loops.endpoint, key }];
    case "endpoint_condition":
      return [{ loop: loops.endpoint, key }];
    case "traffic":
      return [urgentTraffic];
    case "routing":
      // For gateways, which every hint wakes: the pass that stored the revision judged it, and acknowledgements come by themselves.
      return [];
    case "deployment":
      return [{ loop: loops.deployment, key }];
    case "instance":
      return [{ loop: loops.instance, key }];
    case "image_build":
      return [
        { loop: loops.buildCancel, key, priority: "urgent" },
        { loop: loops.imageBuild, key },
        // A new image may be one that deployments are rolled to.
        { loop: loops.baseRefresh, key: baseRefreshKey, priority: "low" },
      ];
    case "model_import":
      return [{ loop: loops.modelImport, key }];
    case "base_refresh":
      return [{ loop: loops.baseRefresh, key: baseRefreshKey }];
    case "connection":
      return [{ loop: loops.connection, key }];
    case "token_provider":
      // Without the provider, or with other claims, tokens count differently at once; its keys come a moment later.
      return [urgentTraffic, { loop: loops.tokenProvider, key, priority: "urgent" }];
    case "doctor_run":
      return [{ loop: loops.doctor, key }];
    default:
      return [];
  }
}

/** After this much a container that ran out of memory has ended, if it does. */
const outOfMemoryLookMs = 1500;

/** Wakes the loops that an engine's event concerns. */
export function takeEvent(runtime: Runtime, { kind, instanceId }: InstanceEvent): void {
  runtime.enqueue(loops.instance, instanceId);
  if (kind === "out_of_memory") runtime.enqueue(loops.memory, instanceId, "normal", outOfMemoryLookMs);
}

async function listAll(store: Store): Promise<readonly { readonly loop: string; readonly key: string }[]> {
  const [workspaces, endpoints, deployments, instances, builds, connections, trials, imports] = await Promise.all([
    store.workspaces.list(),
    store.endpoints.listLive(),
    store.deployments.listLive(),
    store.instances.listLive(),
    store.builds.listOpen(),
    store.connections.listUnchecked(),
    store.doctorRuns.listLive(),
    store.imports.listOpen(),
  ]);
  return [
    { loop: loops.host, key: localHostKey },
    { loop: loops.baseRefresh, key: baseRefreshKey },
    { loop: loops.traffic, key: trafficKey },
    ...instances.map(({ id }) => ({ loop: loops.instance, key: id })),
    ...builds.flatMap(({ id }) => [loops.imageBuild, loops.buildCancel].map((loop) => ({ loop, key: id }))),
    ...imports.map(({ id }) => ({ loop: loops.modelImport, key: id })),
    ...workspaces.flatMap(({ id }) => [loops.curated, loops.signingKeys, loops.tokenProvider].map((loop) => ({ loop, key: id }))),
    ...connections.map(({ id }) => ({ loop: loops.connection, key: id })),
    ...trials.map(({ id }) => ({ loop: loops.doctor, key: id })),
    ...deployments.map(({ id }) => ({ loop: loops.deployment, key: id })),
    ...endpoints.map(({ id }) => ({ loop: loops.endpoint, key: id })),
  ];
}

export interface ControlPlaneOptions extends Omit<ControlContext, "enqueue" | "count" | "noteWrite"> {
  readonly loop: LoopContext;
  readonly source: HintSource;
}

/** Every pass gets a context of its own, so that its writes are known to be its. */
function perPass(name: keyof typeof loops, context: ControlContext, make: (context: ControlContext) => Reconciler): Reconciler {
  const { concurrency, deadlineMs } = make(context);
  return { name: loops[name], concurrency, deadlineMs, reconcile: (key, pass) => make({ ...context, noteWrite: pass.noteWrite }).reconcile(key, pass) };
}

/** Wires all loops of one term of leadership. Nothing runs before `run` (or, in tests, `runDue`). */
export function createControlPlane(options: ControlPlaneOptions): Runtime {
  const { loop, source, ...rest } = options;
  const memory: ProbeMemory = new Map();
  const revisions = new NewestRevision();
  const outOfMemoryToldAt = new Map<string, number>();
  const artifacts = new ArtifactSweep({ ...rest, clock: loop.clock });
  const running: RunningBuilds = new Map();
  const context: ControlContext = {
    ...rest,
    enqueue: (name, key, priority, delayMs) => runtime.enqueue(name, key, priority, delayMs),
    count: (name, labels) => loop.metrics.count(name, labels),
    noteWrite: () => undefined,
  };
  const runtime: Runtime = new Runtime({
    reconcilers: [
      perPass("traffic", context, (own) => trafficReconciler(own, revisions)),
      perPass("instance", context, (own) => instanceReconciler(own, memory)),
      perPass("memory", context, (own) => memoryReconciler(own, outOfMemoryToldAt)),
      perPass("deployment", context, deploymentReconciler),
      perPass("imageBuild", context, (own) => imageBuildReconciler(own, running)),
      perPass("buildCancel", context, (own) => buildCancelReconciler(own, running)),
      perPass("modelImport", context, modelImportReconciler),
      perPass("baseRefresh", context, baseRefreshReconciler),
      perPass("connection", context, connectionReconciler),
      perPass("curated", context, curatedReconciler),
      perPass("tokenProvider", context, tokenProviderReconciler),
      perPass("signingKeys", context, signingKeysReconciler),
      perPass("doctor", context, doctorReconciler),
      perPass("endpoint", context, endpointReconciler),
      perPass("host", context, hostReconciler),
      perPass("sweep", context, (own) => sweepReconciler(own, artifacts)),
    ],
    route: routeHint,
    listAll: () => listAll(options.store),
    source,
    resyncEveryMs,
    context: loop,
  });
  runtime.enqueue(loops.sweep, sweepKey, "low", firstSweepAfterMs);
  return runtime;
}
