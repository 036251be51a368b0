import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { watchConsole } from "../fixtures/console-guard";
import { nextWords, OpenAiClient, wordsAfter } from "../fixtures/openai/client";
import { chooseCompute, goOn, pickRegistered } from "../fixtures/pages/wizards";
import { focusShows, screensOf, type Look } from "../fixtures/screens";
import { signIn } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import { trainedModels } from "../fixtures/trainer";
import type { World } from "../fixtures/world";

/** Each of these images is another test's too, so that at most one of them has to be built here. */
const budgetMs = 240_000;

interface Walk {
  readonly endpoint: string;
  readonly look: Look;
}

/** Signs in, looks at the model's page, which must tell all of `told`, and opens the wizard of a new deployment at its model. */
async function begin(page: Page, world: World, kind: string, model: string, told: readonly string[] = []): Promise<Walk> {
  const endpoint = await world.endpoint(`wizard-${kind}`);
  const look = screensOf(page, `wizard-${kind}`);
  await signIn(page, world.product.email, world.product.password);
  await page.waitForURL(/\/endpoints$/);
  await page.goto(`/models/${model}`);
  await expect(page.getByRole("heading", { level: 1, name: model })).toBeVisible();
  for (const text of told) await expect(page.getByRole("main").getByText(text).first()).toBeVisible();
  await look("model");
  await page.goto(`/endpoints/${endpoint}/deployments/new`);
  await page.getByLabel("Deployment name").fill("blue");
  return { endpoint, look };
}

/** From the compute step to a deployment that serves everything. */
async function finish(page: Page, { api }: World, { endpoint, look }: Walk, review: string): Promise<void> {
  await chooseCompute(page, look, { name: "blue", instanceType: "sluice.small" });
  await expect(page.getByText(review).first()).toBeVisible();
  await look("blue-review", "alike");
  await page.getByLabel("Examine it first").uncheck();
  await page.getByRole("button", { name: "Create deployment" }).click();
  await expect(page).toHaveURL(new RegExp(`/endpoints/${endpoint}/deployments/blue$`), { timeout: 30_000 });
  await expect(page.getByRole("row", { name: /^SpecValid/ })).toBeVisible();
  await expect(page.getByRole("main").locator("time").filter({ hasText: /^in / }), "nothing that happened lies ahead").toHaveCount(0);
  await api.ready(endpoint, "blue", budgetMs);
  await look("deployment");
  await api.setTraffic(endpoint, { blue: 100 });
}

const flat = (value: unknown): readonly number[] => (Array.isArray(value) ? value.flatMap(flat) : [Number(value)]);

function expectClose(body: unknown, wanted: unknown): void {
  const [given, expected] = [flat(body), flat(wanted)];
  expect(given).toHaveLength(expected.length);
  given.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 4));
}

async function scored(world: World, endpoint: string, body: unknown): Promise<unknown> {
  const answer = await (await world.scorer(endpoint)).score({ body });
  expect(answer.status, answer.body).toBe(200);
  return JSON.parse(answer.body) as unknown;
}

/** Asks the model with the console's form: what its signature refuses is told at the field, what it accepts is predicted. */
async function askByForm(page: Page, { endpoint, look }: Walk, rows: readonly (readonly number[])[], wanted: unknown): Promise<void> {
  await page.goto(`/endpoints/${endpoint}/test`);
  await page.getByRole("tab", { name: "Form", exact: true }).click({ timeout: 60_000 });
  const inRow = (number: number) => page.getByRole("group", { name: `Row ${String(number)}`, exact: true });
  const send = page.getByRole("button", { name: "Send" });
  await inRow(1).getByLabel("age").fill("old");
  await expect(inRow(1).getByText("Not a number.")).toBeVisible();
  await send.click();
  await expect(inRow(1).getByText(/Column `age`, row 0: "old" is not a number/)).toBeVisible({ timeout: 30_000 });
  await look("form-refused");
  for (const [at, [age, income]] of rows.entries()) {
    if (at > 0) await page.getByRole("button", { name: "Add a row" }).click();
    await inRow(at + 1)
      .getByLabel("age")
      .fill(String(age));
    await inRow(at + 1)
      .getByLabel("income")
      .fill(String(income));
  }
  await send.click();
  await expect(page.getByLabel("Answer", { exact: true })).not.toContainText("message", { timeout: 30_000 });
  await look("form");
  expectClose(JSON.parse(await page.getByLabel("Answer", { exact: true }).innerText()), wanted);
}

/** Put behind the generated script's end: what it defines last counts. */
const editedEnd = `

@rawhttp
def run(request):
    return answer(request, lambda data, params: {"edited": predict(data, params)})
`;

/** Writes the script's new end with the keyboard alone: into the editor from its tab, out of it again, all undone, and done once more. */
async function editByKeyboard(page: Page): Promise<void> {
  const [tab, editor, undo] = [
    page.getByRole("tab", { name: "score.py" }),
    page.getByRole("textbox", { name: "score.py" }),
    page.getByRole("button", { name: "Undo all changes" }),
  ];
  await expect(editor).toBeVisible();
  await tab.focus();
  await page.keyboard.press("Tab");
  await expect(editor).toBeFocused();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText(editedEnd);
  await expect(undo).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Back" })).toBeFocused();
  for (const stop of [editor, tab, undo]) {
    await page.keyboard.press("Shift+Tab");
    await expect(stop).toBeFocused();
    expect(await focusShows(stop)).toBe(true);
  }
  await page.keyboard.press("Enter");
  await expect(undo).toHaveCount(0);
  for (const stop of [tab, editor]) {
    await page.keyboard.press("Tab");
    await expect(stop).toBeFocused();
  }
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText(editedEnd);
  await expect(undo).toBeVisible();
}

test("an ONNX model's generated script is shown, edited, and is the one that runs", async ({ page, world }) => {
  const { api } = world;
  const complaints = watchConsole(page);
  const { models } = await trainedModels(world);
  const name = world.name("wizard-onnx");
  await api.createModel(name, await api.uploadFolder(path.join(models.folder, "onnx")));
  const walk = await begin(page, world, "onnx", name);
  await pickRegistered(page, "Model", "Registered model", `${name}:1`);
  await goOn(page);
  await expect(page.getByText("ONNX model from skl2onnx, opset 17")).toBeVisible();
  await walk.look("recognised");
  await editByKeyboard(page);
  await walk.look("edited-script");
  await page.getByRole("tab", { name: "requirements.txt" }).click();
  await walk.look("requirements");
  await goOn(page);
  await finish(page, world, walk, `${name}-edited-code:VERSION`);
  expectClose(((await scored(world, walk.endpoint, { input_data: models.rows })) as { edited: unknown }).edited, models.answers["onnx"]);
  expect(complaints).toEqual([]);
});

test("an MLflow model is deployed as it is recognised, and its sample request scores", async ({ page, world }) => {
  const { api } = world;
  const complaints = watchConsole(page);
  const { models } = await trainedModels(world);
  const name = world.name("wizard-mlflow");
  await api.createModel(name, await api.uploadFolder(path.join(models.folder, "mlflow/model")));
  const walk = await begin(page, world, "mlflow", name, ["python_function, sklearn", "conda.yaml", "age", "income", "double"]);
  await pickRegistered(page, "Model", "Registered model", `${name}:1`);
  await goOn(page);
  await expect(page.getByText("MLflow", { exact: true }).first()).toBeVisible();
  await walk.look("recognised");
  await page.getByRole("tab", { name: "conda.yaml" }).click();
  await expect(page.getByText("scikit-learn==1.7.2").first()).toBeVisible();
  await page.getByRole("tab", { name: "A request to try" }).click();
  await expect(page.getByText('"income"')).toBeVisible();
  await walk.look("sample");
  await goOn(page);
  await finish(page, world, walk, `${name}:1`);
  const { columns, rows } = models;
  expectClose(await scored(world, walk.endpoint, { input_data: { columns, data: rows } }), models.answers["mlflow"]);
  await askByForm(page, walk, rows, models.answers["mlflow"]);
  expect(complaints).toEqual([]);
});

const tritonConfig = `name: "linear"
backend: "onnxruntime"
max_batch_size: 8
`;

test("a Triton model's page tells its configuration, and the wizard which backends run it", async ({ page, world }) => {
  const { api } = world;
  const complaints = watchConsole(page);
  const { models } = await trainedModels(world);
  const name = world.name("wizard-triton");
  const config = await api.upload("config.pbtxt", Buffer.from(tritonConfig));
  const { uploads } = await api.uploadFolder(path.join(models.folder, "triton/models"));
  await api.createModel(name, { rootName: "models", isFile: false, uploads: [...uploads, { uploadId: config, path: "linear/config.pbtxt" }] });
  const { look } = await begin(page, world, "triton", name, [
    "Triton configuration",
    "linear/config.pbtxt",
    "max_batch_size: 8",
    "scaled/config.pbtxt",
    "default_model_filename",
  ]);
  await pickRegistered(page, "Model", "Registered model", `${name}:1`);
  await look("chosen");
  await goOn(page);
  await expect(page.getByText("Triton", { exact: true }).first()).toBeVisible();
  await look("recognised");
  expect(complaints).toEqual([]);
});

const server = readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), "../fixtures/openai/server.py"), "utf8");

test("a container of one's own is described by image, routes and user, and answers its own protocol", async ({ page, world }) => {
  const { api, engine, product } = world;
  const complaints = watchConsole(page);
  const image = "sluice-test/openai:wizard";
  await engine.buildImage(image, `FROM ${await engine.inferenceImage()}\nCOPY server.py /srv/server.py\n`, { "server.py": server });
  const words = nextWords("a rose is a rose is a rose");
  const name = world.name("wizard-words");
  const uploadId = await api.upload("next-words.json", Buffer.from(JSON.stringify(words)));
  await api.createModel(name, { rootName: "next-words.json", isFile: true, uploads: [{ uploadId, path: "next-words.json" }] });
  const walk = await begin(page, world, "byoc", name);
  await pickRegistered(page, "Model", "Registered model", `${name}:1`);
  await goOn(page);
  await page.getByRole("group", { name: "Environment", exact: true }).getByText("Own container", { exact: true }).click();
  const fill = (label: string, value: string) => page.getByRole("textbox", { name: new RegExp(`^${label}`) }).fill(value);
  await fill("Image reference", image);
  await fill("Port", "9000");
  await fill("Scoring route", "/v1/chat/completions");
  await fill("Liveness route", "/alive");
  await fill("Readiness route", "/loaded");
  await fill("Further routes", "/v1/models\nv1/completions");
  await expect(page.getByText("an absolute path of letters, digits")).toBeVisible();
  await fill("Further routes", "/v1/models\n/v1/completions");
  await fill("Command", "python\n/srv/server.py\n--port\n9000");
  await fill("User", "root");
  await expect(page.getByText("Instances never run as root.")).toBeVisible();
  await walk.look("refused-user");
  await fill("User", "1500:1500");
  const environment = world.name("wizard-openai");
  await fill("Name of the environment", environment);
  await walk.look("container");
  await goOn(page);
  await finish(page, world, walk, `${environment}:VERSION`);
  const { primaryKey } = await api.keys(walk.endpoint);
  const client = new OpenAiClient(`${product.gatewayUrl}/endpoints/${walk.endpoint}/v1`, primaryKey, product.caFile);
  const chat = { model: "next-word", messages: [{ role: "user" as const, content: "rose" }], max_tokens: 4 };
  expect(await client.call("POST", "/chat/completions", chat)).toMatchObject({
    status: 200,
    body: { choices: [{ message: { content: wordsAfter(words, "rose", 4).join(" ") } }] },
  });
  expect(await client.call("GET", "/models")).toMatchObject({ status: 200 });
  client.close();
  expect(complaints).toEqual([]);
});
