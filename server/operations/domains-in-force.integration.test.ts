import { afterAll, beforeAll, expect, it } from "vitest";
import { addDomainSchema } from "#server/contract/endpoint-domain";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildEndpoint } from "#server/testing/builders";
import { certificateFor } from "#server/testing/certificates";
import { routingEndpoint } from "#server/testing/routing";
import { addDomain, listDomains } from "./endpoint-domains";

let world: ApiWorld;
beforeAll(async () => {
  world = await createApiWorld();
});
afterAll(() => world.close());

it("tells what a certificate carries, and which gateways serve the domain with it, by the revision that each runs", async () => {
  const { store } = world.database;
  const me = await world.as("contributor");
  const { id, name: endpoint } = await buildEndpoint(store, world.workspaceId);
  const name = "where.acme.example";
  const { sha256 } = await addDomain(me, addDomainSchema.parse({ endpoint, name, ...(await certificateFor([name, "*.acme.example"])) }));
  const runs = async (gateway: string, certificates: readonly string[], heardAt = world.clock.now()) => {
    const domains = certificates.map((one) => ({ name, sha256: one }));
    const { revision } = await store.routing.insert([routingEndpoint([], {}, { id, name: endpoint, domains })], "d".repeat(64), "", heardAt);
    await store.gateways.upsert(gateway, gateway, `hash of ${gateway}`);
    const applied = { gatewayId: gateway, outcome: "applied", digest: "", reason: "" } as const;
    await store.gateways.insertAcknowledgement({ ...applied, revision, appliedAt: heardAt }, heardAt);
  };
  await runs("before", []);
  await runs("current", [sha256]);
  await runs("earlier", ["ab".repeat(32)]);
  await runs("silent", [sha256], world.clock.now() - 60_000);

  const [told] = (await listDomains(me, { endpoint })).items;
  expect(told).toMatchObject({ name, names: [name, "*.acme.example"], issuer: "test" });
  expect(told?.gateways).toEqual([
    { name: "before", inForce: false },
    { name: "current", inForce: true },
    { name: "earlier", inForce: false },
  ]);
});
