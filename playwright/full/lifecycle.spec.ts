import { countByDeployment, deviations } from "../fixtures/statistics";
import { expect, test } from "../fixtures/test";
import { failures } from "../fixtures/scorer";
import { until } from "../fixtures/until";

test("an endpoint lives from its creation to its last row: deploy, score, split, chart, log, undo, delete", async ({ world }) => {
  const { api, engine } = world;
  const started = Date.now() - 60_000;
  const endpoint = await world.serve("life", { blue: 100 });
  const scorer = await world.scorer(endpoint);

  const first = await scorer.score({ body: { print: "a line of the first request" } });
  expect([first.status, first.deployment], first.body).toEqual([200, "blue"]);
  expect(first.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);

  await world.wish(endpoint, "green");
  await api.ready(endpoint, "green");
  const { receipt } = await api.setTraffic(endpoint, { blue: 70, green: 30 });
  expect(receipt).toMatchObject({ state: "applied", acknowledged: 1, gateways: 1 });
  expect(receipt.durationMs).toBeLessThan(3000);

  const answers = await scorer.many(1000, 8);
  expect(failures(answers)).toEqual([]);
  const counts = countByDeployment(answers);
  expect(deviations(counts["green"] ?? 0, 1000, 0.3), JSON.stringify(counts)).toBeLessThan(5);

  const window = () => `from=${String(started)}&to=${String(Date.now() + 60_000)}`;
  const latency = await until(
    "latency of both deployments",
    async () => {
      const { series } = await api.metric(endpoint, `?metric=latency&splitBy=deployment&${window()}`);
      const seen = new Set(series.filter(({ values }) => values.some((value) => value !== null && value > 0)).map(({ deployment }) => deployment));
      return seen.has("blue") && seen.has("green") ? series : null;
    },
    { limitMs: 60_000, everyMs: 500 },
  );
  expect(latency.length).toBeGreaterThanOrEqual(2);
  await until(
    "the cost of both deployments",
    async () => {
      const { deployments } = await api.cost(`?endpoint=${endpoint}&${window()}`);
      return deployments.filter(({ compute, instanceSeconds }) => compute > 0 && instanceSeconds > 0).length === 2;
    },
    { limitMs: 90_000, everyMs: 1000 },
  );
  await until(
    "the line that the first request printed",
    async () => (await api.logs(endpoint, "?deployment=blue&limit=10000")).lines.some(({ text }) => text.includes("a line of the first request")),
    { limitMs: 30_000 },
  );
  await until("the first request's row", async () => (await api.requests(endpoint)).items.length > 0, { limitMs: 30_000 });

  const undone = await api.setTraffic(endpoint, { blue: 100, green: 0 });
  expect(undone.receipt.state).toBe("applied");
  expect(countByDeployment(await scorer.many(100, 8))).toEqual({ blue: 100 });

  expect(await api.complete("POST", `/endpoints/${endpoint}/deployments/green/restart`)).toMatchObject({ status: "Succeeded", percent: 100 });

  await world.remove(endpoint);
  const after = await scorer.score();
  expect(after.status).toBe(404);
  await until("containers, volumes, networks and rows to be gone", async () => (await engine.leftovers()).length === 0, { limitMs: 60_000 }).catch(async () => {
    expect(await engine.leftovers()).toEqual([]);
  });
});

test("a deployment whose script fails says why, keeps weight 0 and disturbs nobody", async ({ world }) => {
  const { api } = world;
  const endpoint = await world.serve("wrong", { blue: 100 }, { concurrency: 16 });
  const scorer = await world.scorer(endpoint);
  const load = scorer.startLoad(20);
  await world.wish(endpoint, "green", { environmentVariables: { FAIL_INIT: "no such file: weights.bin" } });
  const failed = await until(
    "green to fail",
    async () => {
      const state = await api.deployment(endpoint, "green");
      return state.provisioningState === "Failed" ? state : null;
    },
    { limitMs: 120_000, everyMs: 500 },
  );
  const cause =
    failed.conditions.find(({ type, status }) => type === "InstancesAvailable" && status === "False") ??
    failed.conditions.find(({ status }) => status === "False");
  expect(cause?.reason, JSON.stringify(failed.conditions)).not.toBe("");
  expect(JSON.stringify(failed)).toContain("no such file: weights.bin");
  const { generation } = await api.endpoint(endpoint);
  await expect(api.call("PUT", `/endpoints/${endpoint}/traffic`, { generation, traffic: { blue: 50, green: 50 } })).rejects.toMatchObject({ status: 422 });
  const answers = await load.stop();
  expect(failures(answers)).toEqual([]);
  expect(Object.keys(countByDeployment(answers))).toEqual(["blue"]);
});
