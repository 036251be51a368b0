import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { costReportSchema } from "#server/contract/monitoring";
import { createTelemetryWorld, requestRow, silent, type TelemetryWorld } from "#server/testing/telemetry-world";
import { createIngester } from "../ingest/ingester";
import { hourMs } from "../paths";
import { costReport } from "./report";
import { createCostRollUp } from "./roll-up";

const day = Date.UTC(2026, 10, 23);
const prices = { currency: "EUR", networkPricePerGib: 0.5 };
let world: TelemetryWorld;
beforeEach(async () => {
  world = await createTelemetryWorld();
  await world.endpoint({ id: "ep_1", name: "diabetes", createdAt: day, deployments: ["blue", "green"] });
  await world.endpoint({ id: "ep_9", name: "foreign", createdAt: day, workspaceId: "ws_9", deployments: ["blue"] });
});
afterEach(() => world.close());

const report = async (now: number, from = day, to = day + 48 * hourMs, endpointId: string | null = null) =>
  costReportSchema.parse(await costReport(world.db, "ws_1", { endpointId, from, to }, prices, now));

describe("cost", () => {
  it("is price times instance time over restarts and scaling, by day and deployment, with the running hour live", async () => {
    await world.instance({
      id: "i1",
      endpointId: "ep_1",
      deploymentId: "dep_1_blue",
      startedAt: day + 22.25 * hourMs,
      stoppedAt: day + 23.5 * hourMs,
      price: 1,
    });
    await world.instance({ id: "i2", endpointId: "ep_1", deploymentId: "dep_1_blue", startedAt: day + 23.5 * hourMs, price: 1 });
    await world.instance({ id: "i3", endpointId: "ep_1", deploymentId: "dep_1_green", startedAt: day + 24 * hourMs, price: 3, type: "Standard_DS1_v2" });
    await world.instance({ id: "x", endpointId: "ep_9", deploymentId: "dep_9_blue", startedAt: day, price: 100, workspaceId: "ws_9" });
    const now = day + 25.5 * hourMs;
    const rolling = createCostRollUp(world.db, prices.networkPricePerGib);
    await rolling.pass(day + 23.9 * hourMs);
    await rolling.pass(now);
    await rolling.pass(now);
    const result = await report(now);
    expect(result).toMatchObject({ currency: "EUR", network: 0, perThousandRequests: null });
    expect(result.compute).toBeCloseTo(1 * 3.25 + 3 * 1.5, 6);
    expect(result.days.map((one) => one.day)).toEqual([day, day + 24 * hourMs]);
    expect(result.deployments.map((one) => [one.deployment, one.instanceType, Math.round(one.instanceSeconds)])).toEqual([
      ["green", "Standard_DS1_v2", 5400],
      ["blue", "sluice.nano", 11_700],
    ]);
    // The running hour moves on without a roll-up.
    expect((await report(now + 600_000)).compute).toBeCloseTo(result.compute + (4 * 600) / 3600, 6);
  });

  it("catches up on every hour that a stopped ingester missed, and reports right before that", async () => {
    await world.instance({ id: "i1", endpointId: "ep_1", deploymentId: "dep_1_blue", startedAt: day, price: 2 });
    const now = day + 30 * hourMs;
    expect((await report(now)).compute).toBeCloseTo(60, 6);
    await createCostRollUp(world.db, 0).pass(day + 2.5 * hourMs);
    expect((await report(now)).compute).toBeCloseTo(60, 6);
    await createCostRollUp(world.db, 0).pass(now);
    const [stored] = await world.db.query<{ seconds: number }>("SELECT sum(instance_seconds) AS seconds FROM cost_hour");
    expect(stored?.seconds).toBeCloseTo(30 * 3600, 3);
    expect((await report(now)).compute).toBeCloseTo(60, 6);
  });

  it("does not bill the time for which the product was stopped, although the stop is noticed after the first roll-up", async () => {
    await world.instance({ id: "i1", endpointId: "ep_1", deploymentId: "dep_1_blue", startedAt: day, price: 1 });
    await createCostRollUp(world.db, 0).pass(day + 1.5 * hourMs);
    const restarted = day + 10 * hourMs;
    const rolling = createCostRollUp(world.db, 0);
    await rolling.pass(restarted);
    await world.db.query("UPDATE instance SET stopped_at = $1 WHERE id = 'i1'", [new Date(day + 1.75 * hourMs)]);
    await rolling.pass(restarted + 60_000);
    await rolling.pass(restarted + hourMs);
    expect((await report(restarted + hourMs)).compute).toBeCloseTo(1.75, 6);
  });

  it("bills networking as a line of its own and gives the cost per thousand requests", async () => {
    await world.instance({ id: "i1", endpointId: "ep_1", deploymentId: "dep_1_blue", startedAt: day, stoppedAt: day + hourMs, price: 1 });
    const gib = 1024 ** 3;
    await world.spool(day, 1, [
      requestRow({ startedAt: day + 60_000, requestBytes: gib, responseBytes: gib }),
      requestRow({ startedAt: day + 61_000, requestBytes: 0, responseBytes: 0, deployment: "", status: 401 }),
    ]);
    await createIngester({ ...world, log: silent }).pass();
    const now = day + 2.5 * hourMs;
    await createCostRollUp(world.db, prices.networkPricePerGib).pass(now);
    const result = await report(now);
    expect(result).toMatchObject({ compute: 1, network: 1, total: 2, perThousandRequests: 2000 });
    expect(result.deployments[0]).toMatchObject({ deployment: "blue", network: 1, requests: 1 });
    expect((await report(now, day, day + 48 * hourMs, "ep_9")).total).toBe(0);
  });

  it("gives traffic of a re-created deployment to the one that existed then", async () => {
    await world.db.query("UPDATE endpoint SET deleted_at = $1 WHERE id = 'ep_1'", [new Date(day + hourMs)]);
    await world.endpoint({ id: "ep_2", name: "diabetes", createdAt: day + 2 * hourMs, deployments: ["blue"] });
    await world.spool(day, 1, [
      requestRow({ startedAt: day + 60_000 }),
      requestRow({ startedAt: day + 3 * hourMs }),
      requestRow({ startedAt: day + 3 * hourMs }),
    ]);
    await createIngester({ ...world, log: silent }).pass();
    const now = day + 4 * hourMs;
    expect((await report(now, day, now, "ep_1")).deployments[0]?.requests).toBe(1);
    expect((await report(now, day, now, "ep_2")).deployments[0]?.requests).toBe(2);
  });
});
