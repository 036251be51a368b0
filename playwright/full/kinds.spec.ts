import path from "node:path";
import type { DeploymentDto } from "#server/contract/deployment";
import type { ScaffoldDto } from "#server/contract/scaffold";
import { ApiError } from "../fixtures/api";
import { examine } from "../fixtures/examine";
import type { Answer } from "../fixtures/scorer";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import { askByTritonClient, trainedModels, type Trained } from "../fixtures/trainer";
import type { World } from "../fixtures/world";

/** Budgets of the builds on two busy cores. Images are found by content, so a second run takes seconds. */
const budgetMs = {
  sklearn: 240_000,
  lightgbm: 240_000,
  xgboost: 240_000,
  onnx: 240_000,
  mlflow: 120_000,
  automl: 240_000,
  triton: 300_000,
} as const;
type Kind = keyof typeof budgetMs;

interface Served {
  readonly endpoint: string;
  readonly deployment: DeploymentDto;
  readonly scaffold: ScaffoldDto;
  readonly models: Trained;
}

/** Registers the trained folder and deploys the model with nothing else named. */
async function serve(world: World, kind: Kind, folder: string = kind): Promise<Served> {
  const { api } = world;
  const { models } = await trainedModels(world);
  const name = world.name(`kind-${kind}`);
  const model = await api.createModel(name, await api.uploadFolder(path.join(models.folder, folder)));
  const scaffold = await api.call<ScaffoldDto>("GET", `/models/${name}/versions/1/scaffold`);
  expect(scaffold).toMatchObject({ framework: kind, problems: [] });
  const endpoint = await world.endpoint(`kind-${kind}`);
  await api.createDeployment(endpoint, {
    name: "blue",
    model: model.id,
    instanceType: "sluice.small",
    requestSettings: { requestTimeoutMs: 20_000, maxConcurrentRequestsPerInstance: 1, maxQueueWaitMs: 20_000 },
    readinessProbe: { initialDelaySeconds: 1, periodSeconds: 1, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 120 },
  });
  const deployment = await api.ready(endpoint, "blue", budgetMs[kind]);
  await api.setTraffic(endpoint, { blue: 100 });
  if (kind !== "automl") await examine(world, endpoint, "blue");
  return { endpoint, deployment, scaffold, models };
}

const parsed = (answer: Answer): unknown => {
  expect(answer.status, answer.body).toBe(200);
  return JSON.parse(answer.body);
};

/** Equal but for the last digits that another order of additions may change. */
function expectClose(actual: unknown, wanted: unknown): void {
  const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.flatMap(numbers) : [Number(value)]);
  const [given, expected] = [numbers(actual), numbers(wanted)];
  expect(given).toHaveLength(expected.length);
  given.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 4));
}

/** A caller's mistake comes through as the model's failure, with the model's own words. */
function expectRefusal(answer: Answer, ...words: readonly string[]): void {
  expect(answer.status, answer.body).toBe(424);
  for (const word of words) expect(answer.body).toContain(word);
}

const asTable = ({ columns, rows }: Trained) => ({ input_data: { columns, index: rows.map((_, index) => index), data: rows } });
const asRecords = ({ columns, rows }: Trained) => ({ input_data: rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]]))) });

test("the generated scripts take every shape of input, and name what they refuse", async ({ world }) => {
  const { trainer } = await trainedModels(world);
  await trainer.testScripts();
});

for (const kind of ["sklearn", "lightgbm", "xgboost"] as const)
  test(`a model of ${kind} is served from its file alone`, async ({ world }) => {
    const { endpoint, deployment, scaffold, models } = await serve(world, kind);
    expect([deployment.code?.anonymous, deployment.environment.anonymous]).toEqual([true, true]);
    const scorer = await world.scorer(endpoint);
    for (const body of [asTable(models), asRecords(models), { input_data: models.rows }])
      expectClose(parsed(await scorer.score({ body })), models.answers[kind]);
    parsed(await scorer.score({ body: scaffold.sampleRequest }));
    expectRefusal(await scorer.score({ body: { input_data: { columns: ["age"], data: [[1]] } } }), "`income`", "missing");
    expectRefusal(await scorer.score({ body: { input_data: { columns: ["age", "income"], data: [[1, "much"]] } } }), "`income`", "row 0", "much");
  });

test("an ONNX model is served from its file alone", async ({ world }) => {
  const { endpoint, scaffold, models } = await serve(world, "onnx");
  const scorer = await world.scorer(endpoint);
  expectClose(parsed(await scorer.score({ body: { input_data: { X: models.rows } } })), models.answers["onnx"]);
  parsed(await scorer.score({ body: scaffold.sampleRequest }));
  expectRefusal(await scorer.score({ body: { input_data: [[1, 2, 3]] } }), "`X`", "[1, 3]");
});

test("an MLflow model is served by its signature", async ({ world }) => {
  const { endpoint, scaffold, models } = await serve(world, "mlflow");
  expect(scaffold.signature?.inputs.map(({ name, type }) => [name, type])).toEqual([
    ["age", "double"],
    ["income", "double"],
  ]);
  const scorer = await world.scorer(endpoint);
  for (const body of [asTable(models), asRecords(models), { input_data: models.rows }])
    expectClose(parsed(await scorer.score({ body })), models.answers["mlflow"]);
  parsed(await scorer.score({ body: scaffold.sampleRequest }));
  expectRefusal(await scorer.score({ body: { input_data: { columns: ["age"], data: [[1]] } } }), "`income`", "missing");
  expectRefusal(await scorer.score({ body: { input_data: { columns: ["age", "income"], data: [[1, "much"]] } } }), "`income`", "row 0", "much");
  const swagger = parsed(await scorer.score({ method: "GET", path: "/swagger.json" })) as { definitions: { ServiceInput: { example: unknown } } };
  expect(swagger.definitions.ServiceInput.example).toEqual(scaffold.sampleRequest);
});

test("the output of an AutoML run is served as it is", async ({ world }) => {
  const { endpoint, models } = await serve(world, "automl");
  const scorer = await world.scorer(endpoint);
  const { columns, rows } = models;
  const answer = parsed(
    await scorer.score({ body: { Inputs: { data: asRecords({ ...models, columns, rows }).input_data }, GlobalParameters: { method: "predict" } } }),
  );
  expectClose((answer as { Results: unknown }).Results, models.answers["automl"]);
});

test("a Triton repository answers its own protocol, and refuses what it cannot run", async ({ browser, world }) => {
  const { endpoint, models } = await serve(world, "triton", "triton/models");
  const scorer = await world.scorer(endpoint);
  expect((await scorer.score({ method: "GET", path: "/v2/health/ready" })).status).toBe(200);
  const infer = (shape: readonly number[], data: readonly unknown[], model = "linear") =>
    scorer.score({ path: `/v2/models/${model}/infer`, body: { id: "one", inputs: [{ name: "X", shape, datatype: "FP32", data }] } });
  const answer = parsed(await infer([models.rows.length, 2], models.rows)) as { id: string; outputs: { data: number[] }[] };
  expect(answer.id).toBe("one");
  expectClose(answer.outputs[0]?.data, models.answers["onnx"]);
  expectRefusal(await infer([1, 3], [1, 2, 3]), "unexpected shape");
  await test.step("a model of one's own in Python, and one whose file has another name, are served as their config.pbtxt says", async () => {
    const outputOf = async (model: string) =>
      (parsed(await infer([models.rows.length, 2], models.rows, model)) as { outputs: { data: number[] }[] }).outputs[0];
    expectClose((await outputOf("named"))?.data, models.answers["onnx"]);
    expectClose((await outputOf("scaled"))?.data, models.rows.map((row) => row.map((value) => value * 2.5))); // prettier-ignore
  });
  const { http, grpc } = await askByTritonClient(world, endpoint, "linear", models.rows);
  expect(http).toMatchObject({ live: true, ready: true, inputs: [{ name: "X", datatype: "FP32" }], refusal: expect.stringContaining("missing") });
  for (const form of ["json", "binary"]) expectClose(http[form], models.answers["onnx"]);
  expect(grpc).toMatchObject({
    live: true,
    serverReady: true,
    ready: true,
    server: "triton",
    index: ["linear", "named", "scaled"],
    inputs: [["X", "FP32"]],
    refusal: expect.stringMatching(/INVALID_ARGUMENT.+unexpected shape/),
    missing: expect.stringMatching(/NOT_FOUND.+missing/),
    wrongKey: expect.stringMatching(/UNAUTHENTICATED.+The key or token is missing or wrong/),
    wrongPin: expect.stringMatching(/NOT_FOUND.+is no deployment of this endpoint\. Its deployments: blue\./),
  });
  expectClose(grpc["answer"], models.answers["onnx"]);
  const streamed = grpc["stream"] as readonly (readonly [string, unknown])[];
  expect(streamed.map(([id]) => id)).toEqual(["0", "1", "2"]);
  for (const [, values] of streamed) expectClose(values, models.answers["onnx"]);

  await test.step("the consume page shows the call by gRPC", async () => {
    const context = await ownerContext(browser, world.product);
    const page = await context.newPage();
    await page.goto(`/endpoints/${endpoint}/consume`);
    await page.getByRole("tab", { name: "Triton, gRPC" }).click();
    await expect(page.getByText("grpc.default_authority")).toBeVisible();
    await screensOf(page, "triton")("consume");
    await context.close();
  });

  const { api } = world;
  const name = world.name("kind-backend");
  await api.createModel(name, {
    rootName: "models",
    isFile: false,
    uploads: [{ uploadId: await api.upload("model.pt", Buffer.from("x")), path: "net/1/model.pt" }],
  });
  const refused = await api.createDeployment(endpoint, { name: "green", model: `${name}:1`, instanceType: "sluice.small" }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ApiError);
  expect((refused as ApiError).message).toContain("needs Triton's pytorch backend. The CPU runtime has: onnxruntime, python.");
});
