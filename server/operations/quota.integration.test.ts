import { afterAll, beforeAll, expect, it } from "vitest";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildDeployment, buildDoctorRun, buildEndpoint, buildHost } from "#server/testing/builders";
import { codeOf } from "#server/testing/code-of";
import { listHosts, listInstanceTypes, updateInstanceType } from "./compute";
import { requireQuota } from "./deployment-spec";
import { getQuota, updateQuota } from "./quota";

let world: ApiWorld;
beforeAll(async () => {
  world = await createApiWorld();
});
afterAll(() => world.close());

it("a quota is told, changed by an owner, and holds for the next deployment; what runs stays", async () => {
  const owner = await world.as("owner");
  const { store } = world.database;
  const deployment = await buildDeployment(store, await buildEndpoint(store, world.workspaceId));
  const before = await getQuota(owner);
  expect(before).toMatchObject({ cores: { limit: 100 }, endpoints: { used: 1, limit: 100 }, deployments: { used: 1, limit: 500 } });
  expect(before.cores.used).toBeGreaterThan(0);
  const wish = () => codeOf(requireQuota(owner, store, deployment.spec, null));
  expect(await wish()).toBe("ok");
  const lowered = await updateQuota(owner, { cores: before.cores.used });
  expect(lowered.cores).toEqual({ used: before.cores.used, limit: before.cores.used });
  expect(await wish()).toBe("quota.instances");
  expect(await codeOf(requireQuota(owner, store, deployment.spec, deployment.id))).toBe("ok");
  const [entry] = await store.audit.list({ workspaceId: world.workspaceId, limit: 1 });
  expect(entry).toMatchObject({ action: "compute.write", targetType: "quota", before: { cores: 100 }, after: { cores: before.cores.used } });
  await updateQuota(owner, { cores: before.cores.used * 2 });
  expect(await wish()).toBe("ok");
});

it("the price of an instance type is changed, noted, and told", async () => {
  const owner = await world.as("owner");
  expect(await updateInstanceType(owner, { name: "sluice.small", pricePerHour: 0.0375 })).toMatchObject({ name: "sluice.small", pricePerHour: 0.0375 });
  const { items } = await listInstanceTypes(await world.as("reader"));
  expect(items.find(({ name }) => name === "sluice.small")?.pricePerHour).toBe(0.0375);
  expect(await codeOf(updateInstanceType(owner, { name: "sluice.none", pricePerHour: 1 }))).toBe("instance_type.not_found");
});

it("the room of a host counts what containers on trial hold", async () => {
  const reader = await world.as("reader");
  const { store } = world.database;
  await buildHost(store, { cpuCores: 4, memoryMib: 8192, cpuOvercommit: 1 });
  const deployment = await buildDeployment(store, await buildEndpoint(store, world.workspaceId));
  const fits = async () => (await listInstanceTypes(reader)).items.find(({ name }) => name === "sluice.small")?.fits ?? 0;
  const free = await fits();
  const [before] = (await listHosts(reader)).items;
  expect(before?.trials).toEqual({ count: 0, cpuCores: 0, memoryMib: 0 });
  const run = await buildDoctorRun(store, world.workspaceId, deployment.spec);
  await store.doctorRuns.update(run.id, { container: { dial: null, run: { cpuCores: 2, memoryMib: 4096 } } });
  const [after] = (await listHosts(reader)).items;
  expect(after?.trials).toEqual({ count: 1, cpuCores: 2, memoryMib: 4096 });
  expect(after?.memoryReservedMib).toBe((before?.memoryReservedMib ?? 0) + 4096);
  expect(await fits()).toBeLessThan(free);
  await store.doctorRuns.update(run.id, { container: null, phase: "ended" });
  expect(await fits()).toBe(free);
});
