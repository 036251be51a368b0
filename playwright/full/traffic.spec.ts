import { failures, percentile } from "../fixtures/scorer";
import { countByDeployment } from "../fixtures/statistics";
import { expect, test } from "../fixtures/test";

test("two hundred weight changes under load fail no request, each in force within 3 s", async ({ world }) => {
  const { api } = world;
  const endpoint = await world.serve("slider", { blue: 50, green: 50 }, { concurrency: 16 });
  const scorer = await world.scorer(endpoint);
  const load = scorer.startLoad(40);
  const durations: number[] = [];
  for (let change = 0; change < 200; change += 1) {
    const green = 1 + ((change * 37) % 99);
    const { receipt } = await api.setTraffic(endpoint, { blue: 100 - green, green });
    expect(receipt.state, receipt.refusedReason ?? "").toBe("applied");
    durations.push(receipt.durationMs ?? Infinity);
  }
  const answers = await load.stop();
  test.info().annotations.push({
    type: "apply",
    description: `p50 ${percentile(durations, 50).toFixed(0)} ms, p99 ${percentile(durations, 99).toFixed(0)} ms, ${String(answers.length)} requests`,
  });
  expect(failures(answers)).toEqual([]);
  expect(Math.max(...durations)).toBeLessThan(3000);
});

test("keys, pins and headers mean what they say", async ({ world }) => {
  const { api } = world;
  const endpoint = await world.serve("doors", { blue: 100, green: 0 });
  const keys = await api.keys(endpoint);
  const [primary, secondary] = [await world.scorer(endpoint, keys.primaryKey), await world.scorer(endpoint, keys.secondaryKey)];

  await test.step("a pin reaches a deployment without weight", async () => {
    const answers = await primary.many(10, 2, { headers: { "azureml-model-deployment": "green" } });
    expect(countByDeployment(answers)).toEqual({ green: 10 });
  });
  await test.step("no pin reaches a slot or a name that is not there", async () => {
    for (const pin of ["#a", "#b", "nobody", "blue,green"]) {
      const answer = await primary.score({ headers: { "azureml-model-deployment": pin } });
      expect(answer.status, `${pin}: ${answer.body}`).toBe(404);
    }
  });
  await test.step("headers of ours that a caller sends have no effect", async () => {
    const headers = {
      "x-sluice-split": "green",
      "x-sluice-deployment": "green",
      "x-sluice-slot": "green",
      "x-sluice-key-name": "primary",
      "x-sluice-endpoint": "other",
      "x-forwarded-for": "10.0.0.1",
    };
    expect(countByDeployment(await primary.many(10, 2, { headers }))).toEqual({ blue: 10 });
    const other = await world.scorer(endpoint, "not-a-key-at-all-but-long-enough-to-look-like-one");
    expect((await other.score({ headers })).status).toBe(401);
  });
  await test.step("one key is renewed while the other works", async () => {
    const load = secondary.startLoad(50);
    await load.more(10);
    const renewed = await api.call<{ primaryKey: string }>("POST", `/endpoints/${endpoint}/keys/regenerate`, { keyType: "primary" });
    expect(renewed.primaryKey).not.toBe(keys.primaryKey);
    const fresh = await world.scorer(endpoint, renewed.primaryKey);
    await expect.poll(async () => (await fresh.score()).status, { timeout: 5000, intervals: [50] }).toBe(200);
    await expect.poll(async () => (await primary.score()).status, { timeout: 5000, intervals: [50] }).toBe(401);
    expect(failures(await load.stop())).toEqual([]);
  });
  await test.step("an unready deployment gets no weight", async () => {
    await world.wish(endpoint, "slow", { environmentVariables: { INIT_SECONDS: "600" } });
    const { generation } = await api.endpoint(endpoint);
    await expect(api.call("PUT", `/endpoints/${endpoint}/traffic`, { generation, traffic: { blue: 90, slow: 10 } })).rejects.toMatchObject({ status: 422 });
    expect((await primary.score({ headers: { "azureml-model-deployment": "slow" } })).status).not.toBe(200);
  });
});
