import { createHash } from "node:crypto";
import type { AssetMetadata } from "#server/domain/asset/metadata";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import { trialIdentity } from "#server/domain/doctor/identity";
import type { EndpointSpec } from "#server/domain/endpoint/types";
import type { EnvironmentSpec } from "#server/domain/environment/types";
import { newId } from "#server/kernel/ids";
import type { CodeRow } from "#server/store/codes";
import type { HostRow } from "#server/store/compute";
import type { DeploymentRow } from "#server/store/deployments";
import type { DoctorRunRow, NewDoctorRun } from "#server/store/doctor-runs";
import { noLimits } from "#server/domain/endpoint/limits";
import { noMirror } from "#server/domain/mirror/types";
import { noRoutingOptions } from "#server/domain/routing-options/types";
import type { EndpointRow } from "#server/store/endpoints";
import type { EnvironmentVersionRow } from "#server/store/environments";
import type { InstanceRow, NewInstance } from "#server/store/instances";
import type { ModelVersionRow } from "#server/store/models";
import type { StoreSession } from "#server/store/store";
import type { UserRow, WorkspaceRow } from "#server/store/users";

/** Builders fill every field, so that a new column breaks them and with them whoever forgot it. */

/** 2026-11-23T12:00:00Z: a fixed moment for rows whose age does not matter. */
export const builtAt = Date.UTC(2026, 10, 23, 12);

export const endpointSpec = (over: Partial<EndpointSpec> = {}): EndpointSpec => ({
  description: "",
  authMode: "key",
  authOverlap: null,
  tags: {},
  publicNetworkAccess: "enabled",
  traffic: {},
  mirror: noMirror,
  limits: noLimits,
  routing: noRoutingOptions,
  ...over,
});

const probe = { initialDelaySeconds: 10, periodSeconds: 10, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 30 };

export const deploymentSpec = (over: Partial<DeploymentSpec> & Pick<DeploymentSpec, "environmentVersionId">): DeploymentSpec => ({
  description: "",
  tags: {},
  modelVersionId: null,
  codeConfiguration: null,
  environmentVariables: {},
  instanceType: "sluice.nano",
  instanceCount: 1,
  requestSettings: { requestTimeoutMs: 5000, maxConcurrentRequestsPerInstance: 1, maxQueueWaitMs: 500, keepAlive: false, slowStartSeconds: 0 },
  livenessProbe: probe,
  readinessProbe: probe,
  modelMountPath: null,
  appInsightsEnabled: false,
  ...over,
});

export const environmentSpec = (over: Partial<EnvironmentSpec> = {}): EnvironmentSpec => ({
  image: "example/inference:1",
  condaFile: null,
  requirements: null,
  dockerfile: null,
  contextCodeId: null,
  buildArgs: {},
  condaSolver: "auto",
  inferenceConfig: null,
  container: null,
  ...over,
});

export async function buildWorkspace(store: StoreSession, over: Partial<WorkspaceRow> = {}): Promise<WorkspaceRow> {
  const id = newId("workspace");
  return store.workspaces.insert({
    id,
    subscriptionId: "00000000-0000-0000-0000-000000000000",
    resourceGroup: "default",
    name: `main-${id.slice(-12)}`,
    ...over,
  });
}

export async function buildUser(
  store: StoreSession,
  workspaceId: string,
  role: "reader" | "contributor" | "owner" = "owner",
  over: Partial<UserRow> = {},
): Promise<UserRow> {
  const id = newId("user");
  const user = await store.users.insert({ id, email: `${id}@example.com`, name: "Ada Example", passwordHash: null, ...over });
  await store.users.putMembership(newId("membership"), workspaceId, user.id, role);
  return user;
}

export async function buildEndpoint(store: StoreSession, workspaceId: string, over: Partial<EndpointRow> = {}): Promise<EndpointRow> {
  const id = newId("endpoint");
  return store.endpoints.insert({
    id,
    workspaceId,
    name: over.name ?? `ep-${id.slice(-12)}`,
    ownerId: over.ownerId ?? "usr_builder",
    spec: over.spec ?? endpointSpec(),
  });
}

const metadata = (over: Partial<AssetMetadata>): AssetMetadata => ({
  description: over.description ?? "",
  tags: over.tags ?? {},
  properties: over.properties ?? {},
});

export async function buildEnvironmentVersion(
  store: StoreSession,
  workspaceId: string,
  over: Partial<EnvironmentVersionRow> = {},
): Promise<EnvironmentVersionRow> {
  const id = newId("environmentVersion");
  return store.environments.insertVersion(
    {
      id,
      workspaceId,
      name: over.name ?? `env-${id.slice(-12)}`,
      spec: over.spec ?? environmentSpec(),
      contentHash: over.contentHash ?? id,
      ...metadata(over),
      createdBy: over.createdBy ?? "usr_builder",
      createdAt: over.createdAt ?? builtAt,
      anonymous: over.anonymous ?? false,
      curated: over.curated ?? null,
    },
    newId("environment"),
  );
}

export async function buildModelVersion(store: StoreSession, workspaceId: string, over: Partial<ModelVersionRow> = {}): Promise<ModelVersionRow> {
  const id = newId("modelVersion");
  return store.models.insertVersion(
    {
      id,
      workspaceId,
      name: over.name ?? `model-${id.slice(-12)}`,
      type: over.type ?? "custom_model",
      rootName: over.rootName ?? "model",
      isFile: over.isFile ?? false,
      files: over.files ?? [{ path: "model.pkl", sha256: "0".repeat(64), sizeBytes: 10 }],
      digest: over.digest ?? "0".repeat(64),
      sizeBytes: over.sizeBytes ?? 10,
      ...metadata(over),
      createdBy: over.createdBy ?? "usr_builder",
      createdAt: over.createdAt ?? builtAt,
    },
    newId("model"),
  );
}

export async function buildCode(store: StoreSession, workspaceId: string, over: Partial<CodeRow> = {}): Promise<CodeRow> {
  const id = newId("code");
  return store.codes.insert({
    id,
    workspaceId,
    name: over.name ?? `code-${id.slice(-12)}`,
    rootName: over.rootName ?? "onlinescoring",
    files: over.files ?? [{ path: "score.py", sha256: "1".repeat(64), sizeBytes: 20 }],
    scoringScripts: over.scoringScripts ?? ["score.py"],
    digest: over.digest ?? "1".repeat(64),
    sizeBytes: over.sizeBytes ?? 20,
    ...metadata(over),
    createdBy: over.createdBy ?? "usr_builder",
    createdAt: over.createdAt ?? builtAt,
    anonymous: over.anonymous ?? false,
  });
}

/** Makes the environment that it names when none is given. */
export async function buildDeployment(
  store: StoreSession,
  endpoint: Pick<EndpointRow, "id" | "workspaceId">,
  over: Partial<DeploymentRow> = {},
): Promise<DeploymentRow> {
  const id = newId("deployment");
  const spec = over.spec ?? deploymentSpec({ environmentVersionId: (await buildEnvironmentVersion(store, endpoint.workspaceId)).id });
  const row = await store.deployments.insert({
    id,
    workspaceId: endpoint.workspaceId,
    endpointId: endpoint.id,
    name: over.name ?? "blue",
    color: over.color ?? 0,
    spec,
    specHash: over.specHash ?? "hash-1",
  });
  await store.deployments.insertRevision({
    id: newId("revision"),
    deploymentId: id,
    generation: row.generation,
    spec,
    specHash: row.specHash,
    actorId: "usr_builder",
    actorName: "Ada Example",
    createdAt: builtAt,
  });
  return row;
}

export async function buildHost(store: StoreSession, over: Partial<HostRow> = {}): Promise<HostRow> {
  return store.hosts.upsert({
    id: newId("host"),
    name: "local",
    driver: "sim",
    cpuCores: 2,
    memoryMib: 8192,
    cpuOvercommit: 4,
    memoryOvercommit: 1,
    engineVersion: "29.0.0",
    gpuRuntime: false,
    state: "Ready",
    conditions: [],
    lastSeenAt: builtAt,
    ...over,
  });
}

/** An instance of the deployment in slot 0; `ready` and the like are set by a patch, as the reconciler would. */
export async function buildInstance(
  store: StoreSession,
  deployment: Pick<DeploymentRow, "id" | "workspaceId" | "endpointId" | "specHash" | "generation" | "spec">,
  hostId: string,
  over: Partial<InstanceRow> = {},
): Promise<InstanceRow> {
  const id = over.id ?? newId("instance");
  const row: NewInstance = {
    id,
    workspaceId: deployment.workspaceId,
    endpointId: deployment.endpointId,
    deploymentId: deployment.id,
    hostId,
    slot: over.slot ?? 0,
    specHash: over.specHash ?? deployment.specHash,
    deploymentGeneration: over.deploymentGeneration ?? deployment.generation,
    runSpec: over.runSpec ?? {},
    instanceType: over.instanceType ?? deployment.spec.instanceType,
    pricePerHour: over.pricePerHour ?? 0.01,
    address: over.address ?? null,
    port: over.port ?? 5001,
    priorFailures: over.priorFailures ?? 0,
    createdAt: over.createdAt ?? builtAt,
  };
  const inserted = await store.instances.insert(row);
  const { state, ready, desiredState, readyAt, removedAt } = over;
  if (state === undefined && ready === undefined && desiredState === undefined && readyAt === undefined && removedAt === undefined) return inserted;
  const patch = {
    ...(state === undefined ? {} : { state }),
    ...(ready === undefined ? {} : { ready }),
    ...(desiredState === undefined ? {} : { desiredState }),
    ...(readyAt === undefined ? {} : { readyAt }),
    ...(removedAt === undefined ? {} : { removedAt }),
  };
  return (await store.instances.update(id, patch)) ?? inserted;
}

/** A run that the doctor finds at once, with a payload that any script takes. */
export async function buildDoctorRun(store: StoreSession, workspaceId: string, spec: DeploymentSpec, over: Partial<NewDoctorRun> = {}): Promise<DoctorRunRow> {
  const row = await store.doctorRuns.insert({
    id: newId("doctorRun"),
    workspaceId,
    actorId: "usr",
    actorName: "Ada",
    endpoint: "scores",
    deployment: "blue",
    spec,
    digest: createHash("sha256").update(trialIdentity(spec)).digest("hex"),
    sample: { source: "given", contentType: "application/json", body: "{}" },
    checks: [],
    createdAt: builtAt,
    ...over,
  });
  await store.changes.append("doctor_run", row.id);
  return row;
}
