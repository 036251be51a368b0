import { describe, expect, it } from "vitest";
import { roles } from "#server/contract/access";
import { may, requireVerb, verbs, type Verb } from "./policy";

/** The whole matrix once more, by hand: who may do what is decided here and there, and must agree. */
const forReaders: readonly string[] = [
  "endpoint.read", "deployment.read", "asset.read", "connection.read", "compute.read", "telemetry.read", "cost.read", "token.own", "people.read",
]; // prettier-ignore
const forContributors: readonly string[] = [
  ...forReaders, "endpoint.create", "endpoint.update", "endpoint.delete", "endpoint.traffic.write", "endpoint.mirror.write", "endpoint.limits.write", "endpoint.routing.write", "endpoint.domains.write", "endpoint.keys.read",
  "endpoint.keys.write", "endpoint.token", "endpoint.score", "deployment.write", "deployment.delete", "asset.write", "connection.write",
]; // prettier-ignore
const allowedTo = { reader: forReaders, contributor: forContributors, owner: [...forContributors, "compute.write", "provider.write", "people.write"] };

const actor = (role: (typeof roles)[number]) => ({ userId: "usr_1", name: "Ada", email: "ada@example.com", workspaceId: "ws_1", role, sessionId: null });

describe.each([...roles])("a %s", (role) => {
  it.each(Object.keys(verbs) as Verb[])("and %s", (verb) => {
    const allowed = allowedTo[role].includes(verb);
    expect(may(actor(role), verb)).toBe(allowed);
    if (allowed) expect(() => requireVerb(actor(role), verb)).not.toThrow();
    else expect(() => requireVerb(actor(role), verb)).toThrow(expect.objectContaining({ code: "auth.role_insufficient", kind: "forbidden" }));
  });
});

it("every verb of the matrix exists", () => {
  expect(allowedTo.owner.toSorted()).toEqual(Object.keys(verbs).toSorted());
});
