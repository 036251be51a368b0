import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAtLeast, verbs, type Verb } from "#server/auth/policy";
import { roles } from "#server/domain/access/role";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { codeOf } from "#server/testing/code-of";
import { createPerson, createToken, listPeople } from "./access";
import { listActivity } from "./activity";
import { getBuildLog, retryBuild } from "./builds";
import { deleteDeployment, restartDeployment } from "./change-deployment";
import { listHosts, updateInstanceType } from "./compute";
import { updateCallerProvider } from "./caller-provider";
import { checkConnection, getConnection } from "./connections";
import type { OperationContext } from "./context";
import { createEndpoint } from "./create-endpoint";
import { deleteEndpoint } from "./delete-endpoint";
import { listDeployments } from "./deployments";
import { getEndpointKeys, regenerateKey } from "./endpoint-keys";
import { getEndpointToken } from "./endpoint-token";
import { getEndpoint } from "./endpoints";
import { listModels } from "./models";
import { removeDomain } from "./endpoint-domains";
import { getCost } from "./telemetry";
import { testScore } from "./test-score";
import { updateEndpoint } from "./update-endpoint";
import { updateLimits } from "./limits";
import { updateMirror } from "./update-mirror";
import { updateRouting } from "./update-routing";
import { updateTraffic } from "./update-traffic";

const endpoint = "nothing-here";
const ref = { endpoint, deployment: "blue" };

/** One operation per verb, on things that do not exist: whoever may do it learns that, everybody else only that they may not. */
const attempts: Readonly<Record<Verb, (context: OperationContext) => Promise<unknown>>> = {
  "endpoint.read": (context) => getEndpoint(context, { endpoint }),
  "endpoint.create": (context) => createEndpoint(context, { name: "not-made", description: "", authMode: "aad_token", tags: {} }),
  "endpoint.update": (context) => updateEndpoint(context, { endpoint, generation: 1 }),
  "endpoint.delete": (context) => deleteEndpoint(context, { endpoint, confirmName: endpoint }),
  "endpoint.traffic.write": (context) => updateTraffic(context, { endpoint, generation: 1, traffic: {} }),
  "endpoint.limits.write": (context) => updateLimits(context, { endpoint, generation: 1, preset: "azure", limits: {} }),
  "endpoint.mirror.write": (context) => updateMirror(context, { endpoint, generation: 1, mirrorTraffic: {} }),
  "endpoint.routing.write": (context) => updateRouting(context, { endpoint, generation: 1, sticky: null }),
  "endpoint.domains.write": (context) => removeDomain(context, { endpoint, name: "score.example.com" }),
  "endpoint.keys.read": (context) => getEndpointKeys(context, { endpoint }),
  "endpoint.keys.write": (context) => regenerateKey(context, { endpoint, keyType: "primary" }),
  "endpoint.token": (context) => getEndpointToken(context, { endpoint }),
  "endpoint.score": (context) => testScore(context, { endpoint, deployment: null, body: "{}", contentType: "application/json" }),
  "deployment.read": (context) => listDeployments(context, { endpoint }),
  "deployment.write": (context) => restartDeployment(context, ref),
  "deployment.delete": (context) => deleteDeployment(context, { ...ref, confirmName: "blue" }),
  "asset.read": (context) => listModels(context),
  "asset.write": (context) => retryBuild(context, { buildId: "bld_nothing" }),
  "connection.read": (context) => getConnection(context, { id: "con_nothing" }),
  "connection.write": (context) => checkConnection(context, { id: "con_nothing" }),
  "compute.read": (context) => listHosts(context),
  "compute.write": (context) => updateInstanceType(context, { name: "nothing", pricePerHour: 1 }),
  "telemetry.read": (context) => getBuildLog(context, { id: "bld_nothing", limit: 10 }),
  "cost.read": (context) => getCost(context, { endpoint, from: 0, to: 3_600_000 }),
  "token.own": (context) => createToken(context, { name: "mine", role: "reader", expiresInDays: 1 }),
  "provider.write": (context) => updateCallerProvider(context, { provider: null }),
  "people.read": (context) => listPeople(context),
  "people.write": (context) =>
    createPerson(context, { email: `${context.actor.userId}.new@example.com`, name: "New", role: "reader", password: "a long password" }),
};

let world: ApiWorld;
beforeAll(async () => {
  world = await createApiWorld();
});
afterAll(() => world.close());

describe.each(roles)("a %s", (role) => {
  it.each(Object.entries(verbs))("and %s, which needs %s", async (verb, least) => {
    const attempt = attempts[verb as Verb];
    const code = await codeOf(attempt(await world.as(role)));
    expect(code).not.toMatch(/^not ours/);
    expect(code === "auth.role_insufficient").toBe(!isAtLeast(role, least));
  });
});

it("activity is read like the endpoint that it tells about", async () => {
  expect(await codeOf(listActivity(await world.as("reader"), { endpoint }))).toBe("endpoint.not_found");
});
