import { startProduct, stopProduct } from "../fixtures/product-process";
import { failures } from "../fixtures/scorer";
import { expect, test } from "../fixtures/test";
import { until } from "../fixtures/until";

interface Told {
  readonly severity: string;
  readonly reason: string;
}

test("after a stop and a start the same deployments serve again, and nothing is called a failure that was our doing", async ({ world }) => {
  const { api, engine } = world;
  const endpoint = await world.serve("stopped", { blue: 70, green: 30 }, { instances: 2 });
  const scorer = await world.scorer(endpoint);
  expect(failures(await scorer.many(10, 2))).toEqual([]);
  const before = [...(await api.deployment(endpoint, "blue")).instances, ...(await api.deployment(endpoint, "green")).instances].map(({ id }) => id);
  const askedAt = new Date();
  await stopProduct();
  const stoppedAt = new Date();
  expect(await engine.running()).toEqual([]);
  const startedAt = Date.now();
  await startProduct();
  const readyAfterMs = Date.now() - startedAt;
  await until(
    "both deployments to serve",
    async () => new Set((await scorer.many(20, 4)).filter(({ status }) => status === 200).map((one) => one.deployment)).size === 2,
    {
      limitMs: 60_000,
    },
  );
  console.log(`ready after ${String(readyAfterMs)} ms, serving after ${String(Date.now() - startedAt)} ms`);

  for (const name of ["blue", "green"]) await api.ready(endpoint, name);
  const { instances } = await api.deployment(endpoint, "blue");
  expect(instances.filter(({ removedAt }) => removedAt === null).map(({ ready, restarts }) => [ready, restarts])).toEqual([
    [true, 0],
    [true, 0],
  ]);
  const rows = await engine.query<{ state: string; reason: string; stopped_at: Date }>("SELECT state, reason, stopped_at FROM instance WHERE id = ANY($1)", [
    before,
  ]);
  expect(rows.map(({ state, reason }) => `${state} ${reason}`)).toEqual(before.map(() => "Stopped StoppedWithProduct"));
  // Cost is derived from these times.
  for (const { stopped_at } of rows) {
    expect(stopped_at.getTime()).toBeGreaterThanOrEqual(askedAt.getTime());
    expect(stopped_at.getTime()).toBeLessThanOrEqual(stoppedAt.getTime());
  }
  const told = await engine.query<Told>("SELECT severity, reason FROM event WHERE instance_id = ANY($1) AND at >= $2", [before, askedAt]);
  expect(told).toEqual(before.map(() => ({ severity: "info", reason: "StoppedWithProduct" })));
});
