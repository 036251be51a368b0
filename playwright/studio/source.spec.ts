import { readFileSync } from "node:fs";
import path from "node:path";
import { watchConsole } from "../fixtures/console-guard";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import { World } from "../fixtures/world";

let world: World;
let endpoint = "";

/** A request that the model's own code fails at. */
test.beforeAll(async () => {
  test.setTimeout(240_000);
  world = await World.open();
  endpoint = await world.serve("source", { blue: 100 });
  expect((await (await world.scorer(endpoint)).score({ body: { delay_ms: "long" } })).status).toBe(424);
});
test.afterAll(() => world.close());

const lines = (): readonly string[] => readFileSync(path.join(world.product.root, "playwright/fixtures/model/score.py"), "utf8").split("\n");
const failing = (): number => lines().findIndex((line) => line.includes('wish["delay_ms"] / 1000')) + 1;

test("a traceback's frame leads to the marked line of the script, and every line has an address", async ({ browser }) => {
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const marked = page.locator("[aria-current=true][id^=L]");

  await page.goto(`/endpoints/${endpoint}/logs`);
  const log = page.getByRole("region", { name: "Inference server log" });
  const frame = log.getByRole("link", { name: new RegExp(`score\\.py", line ${String(failing())}$`) });
  await expect(frame).toBeVisible({ timeout: 30_000 });
  await expect(log.getByRole("link", { name: /site-packages/ })).toHaveCount(0);
  await page.getByLabel("Search the log").fill("score.py");
  await expect(frame.getByText("score.py", { exact: true })).toBeVisible();
  await frame.click();

  await expect(page).toHaveURL(new RegExp(`/codes/[^/?]+\\?file=score\\.py#L${String(failing())}$`));
  await expect(page.getByRole("region", { name: "Content of score.py" })).toBeVisible();
  await expect(marked).toHaveId(`L${String(failing())}`);
  await expect(marked).toBeInViewport();
  expect((await marked.textContent())?.trim()).toBe(`${String(failing())}${lines()[failing() - 1] ?? ""}`);

  await page.getByRole("link", { name: "Line 3", exact: true }).click();
  await expect(marked).toHaveId("L3");
  await page.reload();
  await expect(marked).toHaveId("L3");
  expect(page.url()).toMatch(/#L3$/);
  await page.goto(page.url().replace(/\?.*$/, "?file=nowhere.py"));
  await expect(page.getByRole("note")).toContainText("There is no file nowhere.py");

  await page.goto(`/endpoints/${endpoint}/deployments/blue`);
  await page.getByRole("link", { name: "score.py", exact: true }).first().click();
  await expect(page.getByRole("region", { name: "Content of score.py" })).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page
      .getByRole("button", { name: "Download" })
      .click()
      .then(() => page.getByRole("menuitem", { name: "As zip" }).click()),
  ]);
  expect(download.suggestedFilename()).toMatch(/^test-scoring-\d+\.zip$/);
  expect(complaints).toEqual([]);
  await context.close();
});

test("code, its source and the linked log are accessible and fit in both themes", async ({ browser }) => {
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const look = screensOf(page, "source");
  await page.goto("/codes");
  await expect(page.getByRole("heading", { level: 1, name: "Code" })).toBeVisible();
  await look("list");
  await page.goto(`/endpoints/${endpoint}/logs`);
  const frame = page.getByRole("region", { name: "Inference server log" }).getByRole("link").last();
  await expect(frame).toBeVisible({ timeout: 30_000 });
  await look("log");
  await frame.click();
  await expect(page.locator("[aria-current=true][id^=L]")).toBeInViewport();
  await look("source");
  await page.goto(`/endpoints/${endpoint}/deployments/blue`);
  await expect(page.getByRole("link", { name: "Download project" })).toBeVisible();
  await look("deployment");
  await context.close();
});
