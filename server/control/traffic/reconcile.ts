import { createHash } from "node:crypto";
import { isTerminal } from "#server/domain/instance/state";
import { canonicalJson } from "#server/domain/routing/canonical-json";
import type { RoutingEndpoint } from "#server/domain/routing/types";
import { gatewayLiveMs } from "#server/domain/routing/liveness";
import type { StoredRevision } from "#server/store/gateways";
import type { InstanceRow } from "#server/store/instances";
import type { StoreSession } from "#server/store/store";
import { loops, write, type ControlContext } from "../context";
import { after, done, type Outcome, type Reconciler } from "../runtime/outcome";
import { compileRouting, type RoutingWorld } from "./compile";
import { readProviders } from "./providers";
import type { NewestRevision } from "./newest-revision";
import { publishable, type Publishable } from "./publishable";
import { judgeReceipts } from "./receipts";

/** How often acknowledgements are looked for while some are missing; a hint normally comes first. */
const lookAgainMs = 1000;

interface Observed {
  readonly world: RoutingWorld;
  readonly newest: StoredRevision | null;
}

function byEndpoint<Row extends { readonly endpointId: string }>(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const grouped = new Map<string, Row[]>();
  for (const row of rows) {
    const known = grouped.get(row.endpointId);
    if (known === undefined) grouped.set(row.endpointId, [row]);
    else known.push(row);
  }
  return grouped;
}

async function observe(context: ControlContext, revisions: NewestRevision): Promise<Observed> {
  const { store } = context;
  const nowMs = context.clock.now();
  const endpoints = store.endpoints.listLive();
  const [deployments, instances, newest, clientKeys, domains, gateways, signingKeys, providers, keys] = await Promise.all([
    store.deployments.listLive(),
    store.instances.listLive(),
    revisions.read(store),
    store.clientKeys.listInUse(),
    store.endpointDomains.listServed(),
    store.gateways.listLive(nowMs - gatewayLiveMs),
    store.signingKeys.list(),
    readProviders(store),
    endpoints.then((rows) => store.endpoints.listKeys(rows.map(({ id }) => id))),
  ]);
  return {
    newest,
    world: {
      endpoints: await endpoints,
      deployments,
      instances,
      keys,
      clientKeys: byEndpoint(clientKeys),
      domains: byEndpoint(domains),
      signingKeys,
      providers,
      liveGateways: gateways.length,
      nowMs,
      previous: newest?.document.endpoints ?? [],
      maxBodyBytes: context.settings.maxBodyBytes,
    },
  };
}

const digestOf = (endpoints: readonly RoutingEndpoint[]): string => createHash("sha256").update(canonicalJson(endpoints)).digest("hex");

/** How each instance stands in a revision; absent ones are not in the map. */
const modesIn = (endpoints: readonly RoutingEndpoint[]): ReadonlyMap<string, string> =>
  new Map(
    endpoints.flatMap((endpoint) =>
      endpoint.deployments.flatMap((deployment) => deployment.instances.map((instance) => [instance.id, instance.mode] as const)),
    ),
  );

/**
 * Keeps, for every instance that gateways must forget, the first revision that says so: by it the instance's drain and the reuse of its
 * address are judged. One that serves again is forgotten by nobody.
 */
async function markUnrouted(session: StoreSession, instances: readonly InstanceRow[], endpoints: readonly RoutingEndpoint[], revision: number): Promise<void> {
  const modes = modesIn(endpoints);
  for (const row of instances.filter((candidate) => candidate.readyAt !== null)) {
    const mode = modes.get(row.id);
    const leaves = isTerminal(row.state) ? mode === undefined : mode !== "serve";
    const wanted = leaves ? (row.unroutedRevision ?? revision) : null;
    if (wanted === row.unroutedRevision) continue;
    await session.instances.updateIfState(row.id, row.state, { unroutedRevision: wanted });
    await session.changes.append("instance", row.id);
  }
}

/** What may be published of the wishes. Those that make what is published already were judged before. */
function judged(wishes: readonly RoutingEndpoint[], { newest, world }: Observed): (Publishable & { readonly digest: string }) | null {
  const digest = digestOf(wishes);
  if (digest === newest?.digest) return { endpoints: wishes, invalid: new Map(), digest };
  const next = publishable(wishes, world.previous);
  return next === null ? null : { ...next, digest: next.invalid.size === 0 ? digest : digestOf(next.endpoints) };
}

async function publish(context: ControlContext, observed: Observed, endpoints: readonly RoutingEndpoint[], digest: string): Promise<StoredRevision> {
  const { newest, world } = observed;
  const changed = newest === null || newest.digest !== digest;
  const stale = world.instances.some((row) => row.readyAt !== null && row.unroutedRevision === null && modesIn(endpoints).get(row.id) !== "serve");
  if (!changed && !stale) return newest;
  return write(context, async (session) => {
    const revision = changed ? await session.routing.insert(endpoints, digest, "", context.clock.now()) : newest;
    await markUnrouted(session, world.instances, endpoints, revision.revision);
    if (changed) await session.changes.append("routing", String(revision.revision));
    return revision;
  });
}

async function reconcileTraffic(context: ControlContext, revisions: NewestRevision): Promise<Outcome> {
  const observed = await observe(context, revisions);
  const compiled = compileRouting(observed.world);
  const next = judged(
    compiled.map((endpoint) => endpoint.document),
    observed,
  );
  if (next === null || next.invalid.size > 0) context.count("sluice_routing_invalid_total");
  if (next === null) {
    const all = new Map(compiled.map((endpoint) => [endpoint.document.id, "the revision as a whole was refused"] as const));
    await judgeReceipts(context, observed.world, compiled, observed.newest, all);
    return done;
  }
  const revision = await publish(context, observed, next.endpoints, next.digest);
  revisions.note(revision);
  const settled = await judgeReceipts(context, observed.world, compiled, revision, next.invalid);
  return settled ? done : after(lookAgainMs, "waits for acknowledgements");
}

/** Turns wishes and ready instances into one routing revision, and acknowledgements of gateways into receipts. */
export function trafficReconciler(context: ControlContext, revisions: NewestRevision): Reconciler {
  return { name: loops.traffic, concurrency: 1, deadlineMs: 30_000, reconcile: () => reconcileTraffic(context, revisions) };
}
