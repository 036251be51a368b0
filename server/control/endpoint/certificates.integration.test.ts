import { afterEach, beforeEach, expect, it } from "vitest";
import { findCondition } from "#server/domain/condition";
import { warnBeforeEndMs } from "#server/domain/endpoint/domain-certificate";
import { ControlWorld } from "#server/testing/control-world";

const dayMs = 24 * 3_600_000;
let world: ControlWorld;
let id: string;
beforeEach(async () => {
  world = await ControlWorld.open();
  ({ id } = await world.endpoint());
  await world.settle();
});
afterEach(async () => {
  await world.close();
});

const certificate = (endsInMs: number) => ({
  chain: "chain",
  sha256: "ab".repeat(32),
  keySealed: new Uint8Array([1]),
  notBefore: world.clock.now() - 100 * dayMs,
  notAfter: world.clock.now() + endsInMs,
});
const hint = () => world.store.changes.append("endpoint", id);
async function domain(name: string, endsInMs: number): Promise<string> {
  const row = { id: `dom_${name}`, endpointId: id, name: `${name}.acme.example`, createdBy: "usr_1", createdAt: world.clock.now() };
  await world.store.endpointDomains.insert({ ...row, ...certificate(endsInMs) });
  await hint();
  await world.settle();
  return row.id;
}
async function renew(domainId: string, endsInMs: number): Promise<void> {
  await world.store.endpointDomains.updateCertificate(domainId, certificate(endsInMs), world.clock.now());
  await hint();
  await world.settle();
}
const told = async (type = "CertificatesValid") => findCondition((await world.store.endpoints.findById(id))?.conditions ?? [], type);
async function warnings() {
  const events = await world.store.events.list({ workspaceId: world.workspaceId, endpointId: id, limit: 100 });
  return events.filter(({ reason }) => reason.startsWith("Certificate"));
}

it("an endpoint warns of a certificate that ends soon, once, stays ready, and is content with its successor and without the domain", async () => {
  const score = await domain("score", 5 * dayMs);
  expect(await told()).toMatchObject({ status: "False", reason: "CertificateEndsSoon" });
  expect((await told("Ready"))?.reason).toBe("Ready");
  await hint();
  await world.settle();
  await renew(score, 80 * dayMs);
  expect((await told())?.status).toBe("True");
  await world.store.endpointDomains.remove(score);
  await hint();
  await world.settle();
  expect(await told()).toBeUndefined();
  expect(await warnings()).toMatchObject([
    { severity: "warning", reason: "CertificateEndsSoon", hint: expect.stringContaining("sluice domain set") as string },
  ]);
});

it("tells of each certificate, the second as the first, in an event of its own, and in none when one is renewed", async () => {
  const ended = await domain("ended", -dayMs);
  await domain("ending", 5 * dayMs);
  expect(await told()).toMatchObject({
    reason: "CertificateEnded",
    message: expect.stringMatching(/ended\.acme\.example ended on .*ending\.acme\.example ends on/) as string,
  });
  await renew(ended, 80 * dayMs);
  expect(await told()).toMatchObject({
    reason: "CertificateEndsSoon",
    message: expect.stringMatching(/^The certificate of ending\.acme\.example ends/) as string,
  });
  world.clock.advance(5 * dayMs);
  await hint();
  await world.settle();
  const reasons = (await warnings()).map(({ reason, message }) => [reason, message.split(" ")[3]]);
  expect(reasons.toSorted()).toEqual([
    ["CertificateEnded", "ended.acme.example"],
    ["CertificateEnded", "ending.acme.example"],
    ["CertificateEndsSoon", "ending.acme.example"],
  ]);
});

it("a resync that is the first to see a certificate near its end, which time brought there, counts as no missed hint", async () => {
  await domain("score", warnBeforeEndMs + 1);
  const corrections = () => world.metrics.read("sluice_resync_corrections_total", { loop: "endpoint" });
  const before = corrections();
  world.clock.advance(1);
  await world.runtime.resync();
  await world.settle();
  expect(await told()).toMatchObject({ reason: "CertificateEndsSoon" });
  expect(corrections()).toBe(before);

  await world.store.endpoints.deleteKeys(id);
  await world.runtime.resync();
  await world.settle();
  expect(corrections() - before).toBe(1);
});
