import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { watchConsole } from "../fixtures/console-guard";
import { focusShows, screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import type { World } from "../fixtures/world";

const modelFolder = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), "fixtures/model");
const example = { echo: "from the swagger" };
const swagger = {
  swagger: "2.0",
  info: { title: "sample", version: "1.0" },
  paths: { "/score": { post: { parameters: [{ name: "serviceInputPayload", in: "body", schema: { $ref: "#/definitions/ServiceInput" } }] } } },
  definitions: { ServiceInput: { type: "object", example } },
};
const probe = { initialDelaySeconds: 1, periodSeconds: 1, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 30 };

/** A ready deployment of the echoing model that describes itself so. */
const describedBy = (world: World, document: unknown): Promise<string> => servedWith(world, { "swagger2.json": JSON.stringify(document) });

/** A ready deployment of the echoing model with these files beside its script. */
async function servedWith(world: World, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-console-"));
  cpSync(modelFolder, folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const code = await world.api.createCode(world.name("console"), await world.api.uploadFolder(folder));
  const environment = await world.api.createEnvironment({ name: "test-inference", description: "The platform's own inference image." });
  const endpoint = await world.endpoint("console");
  const parts = { code: code.id, environment: environment.id, scoringScript: "score.py", instanceType: "sluice.nano", readinessProbe: probe };
  await world.api.createDeployment(endpoint, { name: "blue", ...parts });
  await world.api.ready(endpoint, "blue");
  await world.api.setTraffic(endpoint, { blue: 100 });
  return endpoint;
}

test("the console begins with the sample that the deployment's swagger gives, and scores it", async ({ browser, world }) => {
  test.setTimeout(240_000);
  const endpoint = await describedBy(world, swagger);
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  await page.goto(`/endpoints/${endpoint}/test`);
  const body = page.getByLabel("Body", { exact: true });
  await expect(body).toHaveValue(JSON.stringify(example, null, 2), { timeout: 30_000 });
  await body.fill('{"echo": "typed"}');
  await page.getByRole("group", { name: "Samples" }).getByRole("button", { name: "From the swagger" }).click();
  await expect(body).toHaveValue(JSON.stringify(example, null, 2));
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByLabel("Answer", { exact: true })).toContainText("from the swagger", { timeout: 30_000 });
  expect(complaints).toEqual([]);
  await context.close();
});

test("a body that somebody is in is not changed when the samples come", async ({ browser, world }) => {
  test.setTimeout(240_000);
  const endpoint = await describedBy(world, swagger);
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\/swagger\?/, async (route) => {
    await held;
    await route.continue();
  });
  // The page listens from the moment when it asks.
  const asked = page.waitForRequest(/\/swagger\?/);
  await page.goto(`/endpoints/${endpoint}/test`);
  await asked;
  const body = page.getByLabel("Body", { exact: true });
  await body.focus();
  await expect(body).toBeFocused();
  release();
  const sample = page.getByRole("group", { name: "Samples" }).getByRole("button", { name: "From the swagger" });
  await expect(sample).toBeVisible({ timeout: 30_000 });
  await expect(body).toHaveValue("");
  await expect(body).toBeFocused();
  await sample.click();
  await expect(body).toHaveValue(JSON.stringify(example, null, 2));
  await context.close();
});

test("of a script that describes nothing, the console begins with the request beside it; without one it is empty and says what to do", async ({
  browser,
  world,
}) => {
  test.setTimeout(300_000);
  const endpoint = await servedWith(world, { "sample-request.json": '{"echo":"from the code"}' });
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const body = page.getByLabel("Body", { exact: true });
  await page.goto(`/endpoints/${endpoint}/test`);
  await expect(body).toHaveValue('{\n  "echo": "from the code"\n}', { timeout: 30_000 });
  await expect(page.getByRole("group", { name: "Samples" }).getByRole("button", { name: "From the code" })).toBeVisible();
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByLabel("Answer", { exact: true })).toContainText("from the code", { timeout: 30_000 });

  const bare = await servedWith(world, {});
  await page.goto(`/endpoints/${bare}/test`);
  await expect(page.getByText("Nothing says what this deployment takes")).toBeVisible({ timeout: 30_000 });
  await expect(body).toHaveValue("{}");
  await screensOf(page, "console")("empty");
  expect(complaints).toEqual([]);
  await context.close();
});

const record = {
  type: "object",
  required: ["id", "rate"],
  properties: {
    id: { type: "integer", format: "int64" },
    rate: { type: "number" },
    smoker: { type: "boolean" },
    seen: { type: "string", format: "date-time" },
    city: { type: "string" },
  },
};
const table = {
  ...swagger,
  definitions: { ServiceInput: { type: "object", properties: { echo: { type: "array", items: record }, delay_ms: { type: "integer" } } } },
};
const big = "9007199254740993";

test("records that a swagger names are written in a form, row by row, and stay JSON to the digit", async ({ browser, world }) => {
  test.setTimeout(240_000);
  const endpoint = await describedBy(world, table);
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "typed-form");
  await page.goto(`/endpoints/${endpoint}/test`);
  const tab = (name: string) => page.getByRole("tab", { name, exact: true });
  const inRow = (number: number) => page.getByRole("group", { name: `Row ${String(number)}`, exact: true });
  const body = page.getByLabel("Body", { exact: true });
  await tab("JSON").click({ timeout: 30_000 });
  const written = `{"echo": [{"id": ${big}, "rate": 1.50, "unknown": "kept"}], "other": {"kept": [1, 2]}}`;
  await body.fill(written);
  await tab("Form").click();
  await expect(inRow(1).getByLabel("id")).toHaveValue(big);
  await tab("JSON").click();
  await expect(body).toHaveValue(written);

  await tab("Form").click();
  await inRow(1).getByLabel("rate").fill("");
  await expect(inRow(1).getByText("A value is needed.")).toBeVisible();
  await inRow(1).getByLabel("rate").pressSequentially("2.05");
  await inRow(1).getByLabel("smoker").selectOption("true");
  await page.getByRole("button", { name: "Add a row" }).click();
  await inRow(2).getByLabel("id").fill("4.5");
  await expect(inRow(2).getByText("Not a whole number.")).toBeVisible();
  await look("problem");
  await inRow(2).getByLabel("id").fill("4");
  await inRow(2).getByLabel("seen").fill("2026-01-31T12:00:05");
  await inRow(2).getByLabel("city").fill("Bonn");
  await page.getByRole("group", { name: "Parameters" }).getByLabel("delay_ms").fill("5");
  const answer = page.getByLabel("Answer", { exact: true });
  await test.step("rows come and go and the request is sent with the keyboard alone, which is never lost", async () => {
    const add = page.getByRole("button", { name: "Add a row" });
    await add.focus();
    await page.keyboard.press("Enter");
    await expect(inRow(3).getByLabel("id")).toBeFocused();
    expect(await focusShows(inRow(3).getByLabel("id"))).toBe(true);
    await page.keyboard.press("Shift+Tab");
    await expect(page.getByRole("button", { name: "Remove row 3" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(inRow(3)).toHaveCount(0);
    await expect(inRow(2).getByLabel("id")).toBeFocused();
    await page.keyboard.press("Control+Enter");
    await expect(answer).toContainText(big, { timeout: 30_000 });
    await expect(inRow(2).getByLabel("id")).toBeFocused();
    const send = page.getByRole("button", { name: "Send" });
    await send.focus();
    await page.keyboard.press("Enter");
    await expect(send).toBeEnabled({ timeout: 30_000 });
    await expect(send).toBeFocused();
  });
  await look("answer");
  await tab("JSON").click();
  const sent = await body.inputValue();
  expect(sent).toContain(`"id": ${big}`);
  const [first, second] = [
    { id: Number(big), rate: 2.05, unknown: "kept", smoker: true },
    { id: 4, rate: 2.05, unknown: "kept", smoker: true, seen: "2026-01-31T12:00:05", city: "Bonn" },
  ];
  expect(JSON.parse(sent)).toEqual({ echo: [first, second], other: { kept: [1, 2] }, delay_ms: 5 });
  expect((JSON.parse(await answer.innerText()) as { echo: unknown }).echo).toEqual([first, second]);

  await body.fill("[1, 2]");
  await tab("Form").click();
  await page.getByRole("button", { name: "Replace it by an empty row" }).click();
  await expect(inRow(1).getByLabel("id")).toHaveValue("");
  await look("empty-row");
  expect(complaints).toEqual([]);
  await context.close();
});
