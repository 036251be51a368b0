import { afterEach, beforeEach, expect, it } from "vitest";
import { withClient } from "#server/store/with-client";
import { ControlWorld } from "#server/testing/control-world";

let world: ControlWorld;
beforeEach(async () => {
  world = await ControlWorld.open();
});
afterEach(async () => {
  await world.close();
});

const spoil = `
  INSERT INTO routing_revision (document, digest, cause)
  SELECT jsonb_set(document, '{endpoints,0,weights}', '{"nobody": 100}'), digest, 'spoilt' FROM routing_revision ORDER BY revision DESC LIMIT 1`;

it("a stored revision that cannot be read is replaced by a good one without anybody's wish, and later wishes come into force", async () => {
  const endpoint = await world.endpoint();
  const blue = await world.deployment(endpoint, "blue");
  await world.untilState(blue.id, "Succeeded");
  await world.traffic(endpoint.id, { blue: 100 });
  const weights = async () => (await world.store.routing.findNewest())?.document.endpoints[0]?.weights;
  await world.until("the split", async () => (await weights())?.["blue"] === 100);
  const good = await world.store.routing.findNewestDigest();

  await withClient({ connectionString: world.database.url }, (client) => client.query(spoil));
  const spoilt = await world.store.routing.findNewestDigest();
  await world.store.changes.append("traffic", "spoilt");
  await world.until("another revision", async () => ((await world.store.routing.findNewestDigest())?.revision ?? 0) > (spoilt?.revision ?? Infinity));
  expect(await world.store.routing.findNewestDigest()).toMatchObject({ digest: good?.digest });
  expect(await weights()).toEqual({ blue: 100 });

  await world.traffic(endpoint.id, {});
  await world.until("the next split", async () => (await weights())?.["blue"] === undefined);
});
