import type { RoutingDeployment, RoutingRevision } from "#server/domain/routing/types";
import { deploymentEntry, deploymentKey, keyEntry, keyKey, limitsEntry, mirrorEntry, routeEntries, slotKey } from "../ir/entries";
import { eachTable, type ProxyBackend, type ProxyServer, type ProxyState, type Table } from "../ir/proxy-state";
import { acceptsEntry, certificateName, trustEntries } from "../ir/trust-entries";
import { certificateOf } from "./certificate";
import { originEntries, placeEntries, stickyEntry, wayEntry } from "../ir/ways";
import { assignSlots, planEntry, slotsOf } from "../ir/slots";

function backendOf(deployment: RoutingDeployment): ProxyBackend {
  const servers = deployment.instances.map((instance): [string, ProxyServer] => [
    instance.id,
    {
      address: instance.address,
      port: instance.port,
      maxConn: deployment.maxConcurrentRequestsPerInstance,
      mode: instance.mode,
      http2: instance.http2,
      slowStartSeconds: deployment.slowStartSeconds,
    },
  ]);
  return { published: true, servers: new Map(servers) };
}

/**
 * What the proxy should run for a revision. `previousSlots` is the slots table in force (empty at first), which the letters are taken over from.
 */
export function renderState(revision: RoutingRevision, maxBodyBytes: number, previousSlots: Table): ProxyState {
  const tables = eachTable(() => new Map<string, string>());
  const certificates = new Map<string, string>();
  const backends = new Map<string, ProxyBackend>();
  for (const endpoint of revision.endpoints) {
    tables.endpoints.set(endpoint.name, `${acceptsEntry(endpoint)}${limitsEntry(endpoint.limits)}`);
    for (const key of endpoint.keys) tables.keys.set(keyKey(endpoint.name, key.sha256), keyEntry(key));
    for (const [key, value] of trustEntries(endpoint)) tables.trusts.set(key, value);
    for (const trust of endpoint.trusts) for (const key of trust.keys) certificates.set(certificateName(key), certificateOf(Buffer.from(key.spki, "base64")));
    const way = wayEntry(endpoint);
    if (way !== null) tables.ways.set(endpoint.name, way);
    for (const { name } of endpoint.domains) tables.hosts.set(name, endpoint.name);
    for (const [key, value] of placeEntries(endpoint)) tables.ways.set(key, value);
    if (endpoint.sticky !== null) tables.sticky.set(...stickyEntry(endpoint.name, endpoint.sticky));
    for (const [key, value] of originEntries(endpoint)) tables.origins.set(key, value);
    if (endpoint.deployments.length > 0) tables.names.set(endpoint.name, endpoint.deployments.map(({ name }) => name).join(","));
    const slots = assignSlots(endpoint, slotsOf(endpoint.name, previousSlots));
    for (const deployment of endpoint.deployments) {
      const entry = deploymentEntry(deployment, maxBodyBytes);
      const slot = slots.get(deployment.id);
      for (const [key, value] of routeEntries(deployment)) tables.routes.set(key, value);
      tables.deployments.set(deploymentKey(endpoint.name, deployment.name), entry);
      if (slot !== undefined) tables.slots.set(slotKey(endpoint.name, slot), entry);
      backends.set(deployment.id, backendOf(deployment));
    }
    const plan = planEntry(endpoint, slots);
    if (plan !== "") tables.plan.set(endpoint.name, plan);
    if (endpoint.mirror !== null && Object.keys(endpoint.mirror.shares).length > 0) tables.mirrors.set(endpoint.name, mirrorEntry(endpoint.mirror));
  }
  return { tables, certificates, backends };
}
