import type { Role } from "#server/contract/access";
import { SluiceError } from "#server/domain/errors";
import type { Actor } from "./actor";

/** Every verb of the product with the least role that may use it. Being contributor means running code on the host. */
export const verbs = {
  "endpoint.read": "reader",
  "endpoint.create": "contributor",
  "endpoint.update": "contributor",
  "endpoint.delete": "contributor",
  "endpoint.traffic.write": "contributor",
  "endpoint.mirror.write": "contributor",
  "endpoint.limits.write": "contributor",
  "endpoint.routing.write": "contributor",
  "endpoint.domains.write": "contributor",
  "endpoint.keys.read": "contributor",
  "endpoint.keys.write": "contributor",
  "endpoint.token": "contributor",
  "endpoint.score": "contributor",
  "deployment.read": "reader",
  "deployment.write": "contributor",
  "deployment.delete": "contributor",
  "asset.read": "reader",
  "asset.write": "contributor",
  "connection.read": "reader",
  "connection.write": "contributor",
  "compute.read": "reader",
  "compute.write": "owner",
  "telemetry.read": "reader",
  "cost.read": "reader",
  "token.own": "reader",
  "provider.write": "owner",
  "people.read": "reader",
  "people.write": "owner",
} as const satisfies Record<string, Role>;

export type Verb = keyof typeof verbs;

const rank: Readonly<Record<Role, number>> = { reader: 0, contributor: 1, owner: 2 };

export const isAtLeast = (role: Role, least: Role): boolean => rank[role] >= rank[least];
export const may = (actor: Actor, verb: Verb): boolean => isAtLeast(actor.role, verbs[verb]);

/** Throws `auth.role_insufficient` (forbidden) naming the role that is needed. */
export function requireVerb(actor: Actor, verb: Verb): void {
  if (may(actor, verb)) return;
  throw new SluiceError({
    kind: "forbidden",
    code: "auth.role_insufficient",
    message: `This needs the role ${verbs[verb]}; yours is ${actor.role}. Ask an owner of the workspace.`,
    detail: verb,
  });
}
