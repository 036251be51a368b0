import path from "node:path";
import { fileURLToPath } from "node:url";
import type { DeploymentDto } from "#server/contract/deployment";
import type { ScaffoldDto } from "#server/contract/scaffold";
import { ApiError } from "../fixtures/api";
import type { Answer } from "../fixtures/scorer";
import { expect, test } from "../fixtures/test";
import { Trainer } from "../fixtures/trainer";
import type { World } from "../fixtures/world";

/** The image is built once, for training and for serving; later runs find it by content. */
const budgetMs = { image: 480_000, serving: 120_000 } as const;
const code = path.join(path.dirname(fileURLToPath(import.meta.url)), "../fixtures/kinds/torch-code");

const numbers = (answer: Answer): readonly number[] => {
  expect(answer.status, answer.body).toBe(200);
  return (JSON.parse(answer.body) as number[][]).flat();
};
const rounded = (values: readonly number[]): readonly number[] => values.map((value) => Math.round(value * 1e5));

async function deploy({ api }: World, endpoint: string, wish: Omit<Parameters<typeof api.createDeployment>[1], "instanceType">): Promise<DeploymentDto> {
  await api.createDeployment(endpoint, {
    ...wish,
    instanceType: "sluice.small",
    requestSettings: { requestTimeoutMs: 20_000, maxConcurrentRequestsPerInstance: 1, maxQueueWaitMs: 20_000 },
    readinessProbe: { initialDelaySeconds: 1, periodSeconds: 1, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 120 },
  });
  return api.ready(endpoint, wish.name, budgetMs.serving);
}

test("a PyTorch network is served from its TorchScript file alone, and its bare weights by a script of one's own, in one image", async ({ world }) => {
  const { api, engine } = world;
  const trainer = await Trainer.openTorch(api, engine, budgetMs.image);
  await trainer.testScripts();
  const { folder, rows, answers } = await trainer.train();
  const wanted = rounded((answers["torch"] as number[][]).flat());
  const endpoint = await world.endpoint("torch");
  const script = await api.createModel(world.name("torch-script"), await api.uploadFolder(path.join(folder, "script")));
  const weights = await api.createModel(world.name("torch-weights"), await api.uploadFolder(path.join(folder, "weights")));

  const made = await api.call<ScaffoldDto>("GET", `/models/${script.name}/versions/1/scaffold`);
  expect(made).toMatchObject({ framework: "torch", title: "TorchScript program", modelFile: "model.pt", problems: [] });
  const blue = await deploy(world, endpoint, { name: "blue", model: script.id });
  await api.setTraffic(endpoint, { blue: 100 });
  const scorer = await world.scorer(endpoint);
  for (const body of [{ input_data: rows }, { input_data: { rows } }, { input_data: { columns: ["a", "b"], data: rows } }])
    expect(rounded(numbers(await scorer.score({ body })))).toEqual(wanted);
  const refused = await scorer.score({ body: { input_data: [[1, 2, 3]] } });
  expect([refused.status, refused.body]).toEqual([424, expect.stringContaining("shapes cannot be multiplied") as unknown]);

  const alone = await api.createDeployment(endpoint, { name: "green", model: weights.id, instanceType: "sluice.small" }).catch((error: unknown) => error);
  expect(alone).toBeInstanceOf(ApiError);
  expect((alone as ApiError).message).toContain("network.pth holds weights");
  const { id } = await api.createCode(world.name("torch-code"), await api.uploadFolder(code));
  await deploy(world, endpoint, { name: "green", model: weights.id, code: id, scoringScript: "score.py", environment: blue.environment.id });
  const byScript = await scorer.score({ body: { data: rows }, headers: { "azureml-model-deployment": "green" } });
  expect(rounded(numbers(byScript))).toEqual(wanted);
  // The image of training, of the generated parts and of the own script is one.
  const builds = await engine.query<{ count: string }>(
    "SELECT count(*) FROM image_build b JOIN environment_version v ON v.content_hash = b.content_hash WHERE v.id = $1",
    [blue.environment.id],
  );
  expect(builds[0]?.count).toBe("1");
});
