import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeploymentSchema } from "#server/contract/deployment";
import { createEndpointSchema, endpointSchema } from "#server/contract/endpoint";
import type { EndpointRow } from "#server/store/endpoints";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { codeOf } from "#server/testing/code-of";
import {
  buildCode,
  buildDeployment,
  buildEndpoint,
  buildEnvironmentVersion,
  buildHost,
  buildInstance,
  buildModelVersion,
  buildWorkspace,
  endpointSpec,
} from "#server/testing/builders";
import { createDeployment, deleteDeployment, restartDeployment, scaleDeployment, updateDeployment } from "./change-deployment";
import type { OperationContext } from "./context";
import { createEndpoint } from "./create-endpoint";
import { deleteEndpoint } from "./delete-endpoint";
import { getDeployment, listDeploymentRevisions, listDeployments } from "./deployments";
import { getEndpointKeys, regenerateKey } from "./endpoint-keys";
import { getEndpoint, isEndpointNameAvailable, listEndpoints } from "./endpoints";
import { listActivity } from "./activity";
import { updateEndpoint } from "./update-endpoint";
import { updateMirror } from "./update-mirror";
import { updateRoutingSchema } from "#server/contract/routing-options";
import { updateRouting } from "./update-routing";
import { listTrafficChanges, updateTraffic } from "./update-traffic";

let world: ApiWorld;
let me: OperationContext;
let hostId: string;

beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("contributor");
  hostId = (await buildHost(world.database.store)).id;
});
afterAll(() => world.close());

const endpointInput = (name: string) => createEndpointSchema.parse({ name });

/** An endpoint with deployments of which the named ones have a ready instance. */
async function endpointWith(deployments: readonly string[], ready: readonly string[], traffic: Readonly<Record<string, number>> = {}): Promise<EndpointRow> {
  const { store } = world.database;
  const endpoint = await buildEndpoint(store, world.workspaceId, { spec: endpointSpec({ traffic }) });
  for (const name of deployments) {
    const deployment = await buildDeployment(store, endpoint, { name });
    if (ready.includes(name)) await buildInstance(store, deployment, hostId, { state: "Running", ready: true });
  }
  return endpoint;
}

async function deploymentInput(endpoint: string, over: Readonly<Record<string, unknown>> = {}) {
  const { store } = world.database;
  const environment = await buildEnvironmentVersion(store, world.workspaceId);
  const code = await buildCode(store, world.workspaceId);
  const model = await buildModelVersion(store, world.workspaceId);
  return createDeploymentSchema.parse({
    endpoint,
    name: "blue",
    model: `${model.name}:${model.version}`,
    code: `azureml:${code.name}:${code.version}`,
    scoringScript: "score.py",
    environment: environment.id,
    instanceType: "sluice.nano",
    ...over,
  });
}

describe("endpoint", () => {
  it("is created with two different sealed keys, a change hint, an audit entry and an operation", async () => {
    const { store } = world.database;
    const since = await store.changes.findNewestId();
    const made = await createEndpoint(me, endpointInput("Diabetes-Risk"));
    expect(made).toMatchObject({
      name: "Diabetes-Risk",
      provisioningState: "Creating",
      generation: 1,
      scoringUri: "https://inference.example.com:8443/endpoints/diabetes-risk/score",
      hostScoringUri: "https://diabetes-risk.endpoints.localhost:8443/score",
    });
    const keys = await getEndpointKeys(me, { endpoint: "diabetes-risk" });
    expect(keys.primaryKey).toMatch(/^[\w-]{43}$/);
    expect(keys.primaryKey).not.toBe(keys.secondaryKey);
    expect((await store.changes.listAfter(since, 10)).map(({ kind, key }) => [kind, key])).toContainEqual(["endpoint", made.id]);
    expect((await store.audit.list({ workspaceId: world.workspaceId, endpointId: made.id, limit: 5 }))[0]).toMatchObject({
      action: "endpoint.create",
      actorId: me.actor.userId,
    });
    expect((await store.operations.listByTarget(made.id, 5))[0]).toMatchObject({ status: "InProgress", generation: 1 });
    const stored = await store.sql.query<{ sealed: Buffer }>("SELECT sealed FROM endpoint_key WHERE endpoint_id = $1", [made.id]);
    expect(stored.some((row) => row.sealed.toString("latin1").includes(keys.primaryKey))).toBe(false);
  });

  it("has a name that is free for the first of two who ask at once, in any case and any workspace", async () => {
    const stranger = await world.as("owner", (await buildWorkspace(world.database.store)).id);
    const outcomes = await Promise.all([
      codeOf(createEndpoint(me, endpointInput("Raced"))),
      codeOf(createEndpoint(world.beside(stranger), endpointInput("raceD"))),
    ]);
    expect(outcomes.sort()).toEqual(["endpoint.name_taken", "ok"]);
    expect(await isEndpointNameAvailable(me, { endpoint: "RACED" })).toEqual({ available: false });
  });

  it("refuses an auth mode that nothing is set up for", async () => {
    expect(await codeOf(createEndpoint(me, { ...endpointInput("tokens"), authMode: "aad_token" }))).toBe("endpoint.provider_missing");
  });

  it("keeps one of two edits made from the same generation and tells the other", async () => {
    const endpoint = await endpointWith([], []);
    const edit = (context: OperationContext, description: string) => codeOf(updateEndpoint(context, { endpoint: endpoint.name, generation: 1, description }));
    expect((await Promise.all([edit(me, "a"), edit(world.beside(me), "b")])).sort()).toEqual(["endpoint.generation_stale", "ok"]);
  });

  it("takes its deployments along when it is deleted, once, and only under its own name", async () => {
    const endpoint = await endpointWith(["blue", "green"], ["blue"], { blue: 100 });
    expect(await codeOf(deleteEndpoint(me, { endpoint: endpoint.name, confirmName: "other" }))).toBe("input.confirm_mismatch");
    expect(await deleteEndpoint(me, { endpoint: endpoint.name, confirmName: endpoint.name })).toMatchObject({ provisioningState: "Deleting", generation: 2 });
    expect(await deleteEndpoint(me, { endpoint: endpoint.name, confirmName: endpoint.name })).toMatchObject({ provisioningState: "Deleting", generation: 2 });
    expect((await listDeployments(me, { endpoint: endpoint.name })).items.map((item) => item.provisioningState)).toEqual(["Deleting", "Deleting"]);
    expect(await codeOf(updateTraffic(me, { endpoint: endpoint.name, generation: 2, traffic: {} }))).toBe("endpoint.deleting");
  });

  it("replaces one key while the other stays, and takes none of a person's own that looks guessable", async () => {
    const made = await createEndpoint(me, endpointInput("rekeyed"));
    const before = await getEndpointKeys(me, { endpoint: made.name });
    const after = await regenerateKey(me, { endpoint: made.name, keyType: "primary" });
    expect(after.secondaryKey).toBe(before.secondaryKey);
    expect(after.primaryKey).not.toBe(before.primaryKey);
    expect(await codeOf(regenerateKey(me, { endpoint: made.name, keyType: "primary", keyValue: "a".repeat(40) }))).toBe("endpoint.key_weak");
    expect(await codeOf(regenerateKey(me, { endpoint: made.name, keyType: "primary", keyValue: before.secondaryKey }))).toBe("endpoint.key_repeated");
  });
});

describe("traffic", () => {
  it("is written with history and hints, and undone by wishing the split before", async () => {
    const endpoint = await endpointWith(["Blue", "green"], ["Blue", "green"]);
    const first = await updateTraffic(me, { endpoint: endpoint.name, generation: 1, traffic: { BLUE: 90, green: 10 } });
    expect(first).toMatchObject({ generation: 2, traffic: { blue: 90, green: 10 }, receipt: { state: "pending" } });
    const second = await updateTraffic(me, { endpoint: endpoint.name, generation: 2, traffic: { blue: 70, green: 30 } });
    const [latest] = (await listTrafficChanges(me, { endpoint: endpoint.name })).items;
    expect(latest).toMatchObject({ before: { blue: 90, green: 10 }, after: { blue: 70, green: 30 }, actor: { id: me.actor.userId } });
    const undone = await updateTraffic(me, { endpoint: endpoint.name, generation: second.generation, traffic: latest?.before ?? {} });
    expect(undone.traffic).toEqual({ blue: 90, green: 10 });
  });

  it("lets one of two splits from the same generation win and tells the other the newer one", async () => {
    const endpoint = await endpointWith(["blue", "green"], ["blue", "green"]);
    const wish = (context: OperationContext, blue: number) =>
      updateTraffic(context, { endpoint: endpoint.name, generation: 1, traffic: { blue, green: 100 - blue } });
    const outcomes = await Promise.allSettled([wish(me, 10), wish(world.beside(me), 20)]);
    const refused = outcomes.filter((outcome) => outcome.status === "rejected").map((outcome): unknown => outcome.reason);
    expect(refused).toHaveLength(1);
    const held = (await getEndpoint(me, { endpoint: endpoint.name })).traffic;
    expect(refused[0]).toMatchObject({
      code: "endpoint.generation_stale",
      fields: [{ path: "traffic", message: `blue ${held["blue"] ?? 0} %, green ${held["green"] ?? 0} %` }, {}],
    });
  });

  it("does not grow at a deployment without a ready instance, and changes nothing when refused", async () => {
    const endpoint = await endpointWith(["blue", "green"], ["blue"], { blue: 100 });
    const refused = updateTraffic(me, { endpoint: endpoint.name, generation: 1, traffic: { blue: 90, green: 10 } });
    await expect(refused).rejects.toMatchObject({ kind: "invalid_state", code: "traffic.deployment_not_ready" });
    expect(await getEndpoint(me, { endpoint: endpoint.name })).toMatchObject({ generation: 1, traffic: { blue: 100 } });
  });

  it("has tenths where the installation allows them, which stay when it no longer does until the split is changed", async () => {
    const endpoint = await endpointWith(["blue", "green", "red"], ["blue", "green", "red"], { blue: 100 });
    const fine: OperationContext = { ...me, settings: { ...me.settings, trafficStep: 0.1 } };
    const thirds = { blue: 33.3, green: 33.3, red: 33.4 };
    const refused = await updateTraffic(me, { endpoint: endpoint.name, generation: 1, traffic: thirds }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "traffic.invalid", fields: { length: 3, 0: { path: "traffic.blue", remedy: expect.stringContaining("SLUICE_TRAFFIC_STEP=0.1") as string } } }); // prettier-ignore
    expect((await updateTraffic(fine, { endpoint: endpoint.name, generation: 1, traffic: thirds })).traffic).toEqual(thirds);
    const read = await getEndpoint(me, { endpoint: endpoint.name });
    expect(endpointSchema.parse(read)).toMatchObject({
      generation: 2,
      traffic: thirds,
      deployments: [{ percent: 33.3 }, { percent: 33.3 }, { percent: 33.4 }],
    });
    expect((await listTrafficChanges(me, { endpoint: endpoint.name })).items[0]).toMatchObject({ before: { blue: 100 }, after: thirds });
    expect((await updateTraffic(me, { endpoint: endpoint.name, generation: 2, traffic: thirds })).generation).toBe(2);
    const half = { blue: 33.3, green: 33, red: 33.7 };
    expect(await codeOf(updateTraffic(me, { endpoint: endpoint.name, generation: 2, traffic: half }))).toBe("traffic.invalid");
    expect((await updateTraffic(me, { endpoint: endpoint.name, generation: 2, traffic: { blue: 34, green: 33, red: 33 } })).generation).toBe(3);
  });

  it("leaves the generation alone when the split already holds", async () => {
    const endpoint = await endpointWith(["blue"], ["blue"], { blue: 100 });
    expect(await updateTraffic(me, { endpoint: endpoint.name, generation: 1, traffic: { Blue: 100 } })).toMatchObject({ generation: 1, receipt: null });
  });
});

describe("mirror", () => {
  it("is written with a hint and an audit entry, keeps its tolerance, and ends with its shadow", async () => {
    const { store } = world.database;
    const endpoint = await endpointWith(["blue", "Green"], ["blue", "Green"], { blue: 100 });
    const since = await store.changes.findNewestId();
    const first = await updateMirror(me, { endpoint: endpoint.name, generation: 1, mirrorTraffic: { GREEN: 10 }, tolerance: 0.01 });
    expect(first).toMatchObject({ generation: 2, mirrorTraffic: { green: 10 }, mirrorTolerance: 0.01, traffic: { blue: 100 } });
    expect((await store.changes.listAfter(since, 10)).map(({ kind, key }) => [kind, key])).toContainEqual(["traffic", endpoint.id]);
    expect((await listActivity(me, { endpoint: endpoint.name })).items[0]).toMatchObject({
      title: `Mirror of ${endpoint.name}`,
      message: "all off → green 10 %",
    });
    const second = await updateMirror(me, { endpoint: endpoint.name, generation: 2, mirrorTraffic: { green: 20 } });
    expect(second).toMatchObject({ generation: 3, mirrorTraffic: { green: 20 }, mirrorTolerance: 0.01 });
    expect(await updateMirror(me, { endpoint: endpoint.name, generation: 3, mirrorTraffic: { green: 20 } })).toMatchObject({ generation: 3 });
    await deleteDeployment(me, { endpoint: endpoint.name, deployment: "green", confirmName: "Green" });
    expect((await getEndpoint(me, { endpoint: endpoint.name })).mirrorTraffic).toEqual({});
  });

  it("keeps to Azure's rules, also from the side of the split, and changes nothing when refused", async () => {
    const endpoint = await endpointWith(["blue", "green"], ["blue", "green"], { blue: 100 });
    const wish = (mirrorTraffic: Readonly<Record<string, number>>, generation = 1) =>
      codeOf(updateMirror(me, { endpoint: endpoint.name, generation, mirrorTraffic }));
    expect([await wish({ green: 60 }), await wish({ blue: 10 }), await wish({ nobody: 1 })]).toEqual(Array.from({ length: 3 }, () => "mirror.invalid"));
    expect(await wish({ green: 10 }, 7)).toBe("endpoint.generation_stale");
    expect(await getEndpoint(me, { endpoint: endpoint.name })).toMatchObject({ generation: 1, mirrorTraffic: {} });
    await updateMirror(me, { endpoint: endpoint.name, generation: 1, mirrorTraffic: { green: 50 } });
    expect(await codeOf(updateTraffic(me, { endpoint: endpoint.name, generation: 2, traffic: { blue: 90, green: 10 } }))).toBe("mirror.shadow_with_traffic");
  });
});

describe("routing", () => {
  it("is written with a hint and an audit entry, each setting by itself, and refused by field without a change", async () => {
    const { store } = world.database;
    const endpoint = await endpointWith(["blue"], ["blue"], { blue: 100 });
    const since = await store.changes.findNewestId();
    const wish = (input: Readonly<Record<string, unknown>>) => updateRouting(me, updateRoutingSchema.parse({ endpoint: endpoint.name, ...input }));
    const first = await wish({ generation: 1, sticky: { by: "header", name: "X-User-Id" } });
    expect(first).toMatchObject({ generation: 2, routing: { sticky: { by: "header", name: "x-user-id", setCookie: false }, cors: null } });
    expect((await store.changes.listAfter(since, 10)).map(({ kind, key }) => [kind, key])).toContainEqual(["traffic", endpoint.id]);
    const second = await wish({ generation: 2, cors: { origins: ["https://app.example/"] } });
    expect(second).toMatchObject({
      generation: 3,
      routing: { sticky: { name: "x-user-id" }, cors: { origins: ["https://app.example"], methods: ["GET", "POST"] } },
    });
    expect((await listActivity(me, { endpoint: endpoint.name })).items[0]).toMatchObject({
      title: `Routing of ${endpoint.name}`,
      message: "sticky by header x-user-id; no browser callers → sticky by header x-user-id; pages of https://app.example by GET, POST",
    });
    expect(await codeOf(wish({ generation: 2, sticky: null }))).toBe("endpoint.generation_stale");
    expect(await codeOf(wish({ generation: 3, cors: { origins: ["null"] } }))).toBe("routing.invalid");
    expect(await getEndpoint(me, { endpoint: endpoint.name })).toMatchObject({ generation: 3, routing: second.routing });
    expect(second.routing.pinBy).toEqual([]);
    const third = await wish({ generation: 3, pinBy: ["host", "path"] });
    expect(third).toMatchObject({ generation: 4, routing: { ...second.routing, pinBy: ["path", "host"] } });
    expect(await wish({ generation: 4, sticky: null })).toMatchObject({ routing: { sticky: null, pinBy: ["path", "host"] } });
    expect(await wish({ generation: 5, pinBy: [] })).toMatchObject({ generation: 6, routing: { pinBy: [] } });
    expect(await wish({ generation: 6, modelErrors: "unchanged" })).toMatchObject({ routing: { modelErrors: "unchanged", compression: false } });
    expect(await wish({ generation: 7, compression: true })).toMatchObject({ generation: 8, routing: { modelErrors: "unchanged", compression: true } });
  });
});

describe("deployment", () => {
  it("is created at 0 %, with its references resolved to versions, a colour of its own and a readable revision", async () => {
    const endpoint = await endpointWith(["green"], []);
    const made = await createDeployment(me, await deploymentInput(endpoint.name));
    expect(made).toMatchObject({
      name: "blue",
      color: 1,
      percent: 0,
      provisioningState: "Creating",
      scoringScript: "score.py",
      instanceCount: 1,
      instances: [],
    });
    expect(made.steps[0]).toMatchObject({ name: "spec", state: "running" });
    const [revision] = (await listDeploymentRevisions(me, { endpoint: endpoint.name, deployment: "BLUE" })).items;
    expect(revision?.yaml).toContain("instance_type: sluice.nano");
    expect(await codeOf(createDeployment(me, await deploymentInput(endpoint.name, { name: "BLUE" })))).toBe("deployment.name_taken");
  });

  it("names the field of everything that it refers to and that is not there, also when another workspace has it", async () => {
    const endpoint = await endpointWith([], []);
    const elsewhere = await buildWorkspace(world.database.store);
    const foreign = await buildModelVersion(world.database.store, elsewhere.id);
    const refused = async (over: Readonly<Record<string, unknown>>) => codeOf(createDeployment(me, await deploymentInput(endpoint.name, over)));
    expect(await refused({ model: foreign.id })).toBe("deployment.model_unknown");
    expect(await refused({ model: "nothing:1" })).toBe("deployment.model_unknown");
    expect(await refused({ requestSettings: { requestTimeoutMs: 180_001 } })).toBe("deployment.request_timeout_too_long");
    expect(await refused({ environment: "nothing" })).toBe("deployment.environment_unknown");
    expect(await refused({ instanceType: "Standard_Nothing" })).toBe("deployment.instance_type_unknown");
    expect(await refused({ instanceType: "Standard_D16_v5", instanceCount: 10 })).toBe("quota.instances");
  });

  it("counts as outdated only by what a container is told", async () => {
    const endpoint = await endpointWith([], []);
    const input = await deploymentInput(endpoint.name);
    const { name, ...body } = input;
    const made = await createDeployment(me, input);
    const hash = async () => (await world.database.store.deployments.findById(made.id))?.specHash;
    const first = await hash();
    await scaleDeployment(me, { endpoint: endpoint.name, deployment: name, generation: 1, instanceCount: 3 });
    expect(await hash()).toBe(first);
    const switched = await updateDeployment(me, { ...body, deployment: name, generation: 2, appInsightsEnabled: true });
    expect([switched.appInsightsEnabled, await hash()]).toEqual([true, first]);
    await updateDeployment(me, { ...body, deployment: name, generation: 3, environmentVariables: { A: "1" } });
    expect(await hash()).not.toBe(first);
    expect(await codeOf(scaleDeployment(me, { endpoint: endpoint.name, deployment: name, generation: 3, instanceCount: 2 }))).toBe(
      "deployment.generation_stale",
    );
    await restartDeployment(me, { endpoint: endpoint.name, deployment: name });
    expect(await getDeployment(me, { endpoint: endpoint.name, deployment: name })).toMatchObject({
      generation: 5,
      instanceCount: 1,
      appInsightsEnabled: false,
    });
  });

  it("is not deleted while it has traffic, not even by a split that is being accepted at the same moment", async () => {
    const held = await endpointWith(["blue"], ["blue"], { blue: 100 });
    expect(await codeOf(deleteDeployment(me, { endpoint: held.name, deployment: "blue", confirmName: "blue" }))).toBe("deployment.delete_has_traffic");
    const endpoint = await endpointWith(["blue", "green"], ["blue", "green"], { blue: 100 });
    const [split, deletion] = await Promise.all([
      codeOf(updateTraffic(me, { endpoint: endpoint.name, generation: 1, traffic: { green: 100 } })),
      codeOf(deleteDeployment(world.beside(me), { endpoint: endpoint.name, deployment: "green", confirmName: "green" })),
    ]);
    expect([split, deletion].filter((code) => code === "ok")).toHaveLength(1);
    expect([split, deletion]).toContainEqual(expect.stringMatching(/^(traffic\.deployment_not_ready|deployment\.delete_has_traffic)$/));
  });

  it("takes no further wish while it is being deleted, and its name is free once it is gone", async () => {
    const endpoint = await endpointWith(["blue"], []);
    const gone = await deleteDeployment(me, { endpoint: endpoint.name, deployment: "blue", confirmName: "blue" });
    expect(await codeOf(restartDeployment(me, { endpoint: endpoint.name, deployment: "blue" }))).toBe("deployment.deleting");
    await world.database.store.deployments.markDeleted(gone.id, world.clock.now());
    expect(await codeOf(createDeployment(me, await deploymentInput(endpoint.name)))).toBe("ok");
  });
});

describe("another workspace", () => {
  it("sees nothing and finds nothing, by name or by id, whatever the role", async () => {
    const endpoint = await endpointWith(["blue"], ["blue"], { blue: 100 });
    const stranger = await world.as("owner", (await buildWorkspace(world.database.store)).id);
    expect((await listEndpoints(stranger)).items).toEqual([]);
    const deployment = await getDeployment(me, { endpoint: endpoint.name, deployment: "blue" });
    for (const reference of [endpoint.name, endpoint.id]) {
      expect(await codeOf(getEndpoint(stranger, { endpoint: reference }))).toBe("endpoint.not_found");
      expect(await codeOf(getEndpointKeys(stranger, { endpoint: reference }))).toBe("endpoint.not_found");
      expect(await codeOf(updateTraffic(stranger, { endpoint: reference, generation: 1, traffic: {} }))).toBe("endpoint.not_found");
      expect(await codeOf(deleteEndpoint(stranger, { endpoint: reference, confirmName: endpoint.name }))).toBe("endpoint.not_found");
      expect(await codeOf(getDeployment(stranger, { endpoint: reference, deployment: deployment.id }))).toBe("endpoint.not_found");
    }
    const own = await createEndpoint(stranger, endpointInput("strangers-own"));
    expect(await codeOf(getDeployment(stranger, { endpoint: own.name, deployment: deployment.id }))).toBe("deployment.not_found");
  });
});
