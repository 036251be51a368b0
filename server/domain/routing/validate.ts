import { err, ok, type Result } from "#server/kernel/result";
import { sumOfPercents } from "../traffic/tenths";
import { routingRevisionSchema } from "./schema";
import type { RoutingEndpoint, RoutingRevision } from "./types";

/** Where a revision breaks a rule (`path` dot-separated, as in the document) and which one. */
export interface RevisionRefusal {
  readonly path: string;
  readonly reason: string;
}

/** Reports every value that occurs a second time. */
function duplicates(items: readonly { readonly path: string; readonly value: string }[], what: string): RevisionRefusal[] {
  const seen = new Map<string, string>();
  const refusals: RevisionRefusal[] = [];
  for (const { path, value } of items) {
    const first = seen.get(value);
    if (first === undefined) seen.set(value, path);
    else refusals.push({ path, reason: `${what} ${value} is already used at ${first}` });
  }
  return refusals;
}

function strangers(endpoint: RoutingEndpoint, named: Readonly<Record<string, number>>, path: string, what: string): RevisionRefusal[] {
  const known = new Set(endpoint.deployments.map((deployment) => deployment.name));
  return Object.keys(named)
    .filter((name) => !known.has(name))
    .map((name) => ({ path: `${path}.${name}`, reason: `the ${what} names a deployment that is not in the endpoint` }));
}

function weightRefusals(endpoint: RoutingEndpoint, path: string): RevisionRefusal[] {
  const unknown = strangers(endpoint, endpoint.weights, `${path}.weights`, "weight");
  const sum = sumOfPercents(Object.values(endpoint.weights));
  return sum === 0 || sum === 100 ? unknown : [...unknown, { path: `${path}.weights`, reason: `weights sum to ${String(sum)}, not to 0 or 100` }];
}

function endpointRefusals(endpoint: RoutingEndpoint, path: string): RevisionRefusal[] {
  return [
    ...duplicates(
      endpoint.deployments.map((deployment, index) => ({ path: `${path}.deployments.${String(index)}.name`, value: deployment.name })),
      "the name",
    ),
    ...duplicates(
      endpoint.keys.map((key, index) => ({ path: `${path}.keys.${String(index)}.sha256`, value: key.sha256 })),
      "the key",
    ),
    ...weightRefusals(endpoint, path),
    ...strangers(endpoint, endpoint.mirror?.shares ?? {}, `${path}.mirror.shares`, "mirrored share"),
  ];
}

/** Ids become names inside the proxy and addresses must belong to one model only, so both are unique over the whole revision. */
function globalRefusals(revision: RoutingRevision): RevisionRefusal[] {
  const endpoints = revision.endpoints.map((endpoint, index) => ({ endpoint, path: `endpoints.${String(index)}` }));
  const deployments = endpoints.flatMap(({ endpoint, path }) =>
    endpoint.deployments.map((deployment, index) => ({ deployment, path: `${path}.deployments.${String(index)}` })),
  );
  const instances = deployments.flatMap(({ deployment, path }) =>
    deployment.instances.map((instance, index) => ({ instance, path: `${path}.instances.${String(index)}` })),
  );
  return [
    ...duplicates(
      endpoints.map(({ endpoint, path }) => ({ path: `${path}.name`, value: endpoint.name })),
      "the name",
    ),
    ...duplicates(
      endpoints.map(({ endpoint, path }) => ({ path: `${path}.id`, value: endpoint.id })),
      "the id",
    ),
    ...duplicates(
      endpoints.flatMap(({ endpoint, path }) => endpoint.domains.map(({ name }, index) => ({ path: `${path}.domains.${String(index)}.name`, value: name }))),
      "the domain",
    ),
    ...duplicates(
      deployments.map(({ deployment, path }) => ({ path: `${path}.id`, value: deployment.id })),
      "the id",
    ),
    ...duplicates(
      instances.map(({ instance, path }) => ({ path: `${path}.id`, value: instance.id })),
      "the id",
    ),
    ...duplicates(
      instances.map(({ instance, path }) => ({ path: `${path}.address`, value: `${instance.address} port ${String(instance.port)}` })),
      "the address",
    ),
  ];
}

/**
 * Judges an untrusted document as a routing revision: the typed revision, or every refusal with path and reason.
 * A revision is taken or refused whole.
 */
export function validateRevision(document: unknown): Result<RoutingRevision, readonly RevisionRefusal[]> {
  const shape = routingRevisionSchema.safeParse(document);
  if (!shape.success) return err(shape.error.issues.map((issue) => ({ path: issue.path.join("."), reason: issue.message })));
  const revision: RoutingRevision = shape.data;
  const refusals = [...globalRefusals(revision), ...revision.endpoints.flatMap((endpoint, index) => endpointRefusals(endpoint, `endpoints.${String(index)}`))];
  return refusals.length === 0 ? ok(revision) : err(refusals);
}
