import type { Page } from "@playwright/test";
import type { DeploymentDto } from "#server/contract/deployment";
import { watchConsole } from "../fixtures/console-guard";
import { goOn, pickRegistered } from "../fixtures/pages/wizards";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import { World } from "../fixtures/world";

let world: World;
let endpoint = "";

test.beforeAll(async () => {
  test.setTimeout(240_000);
  world = await World.open();
  endpoint = await world.serve("form", { blue: 100 });
});
test.afterAll(() => world.close());

async function setNumber(page: Page, group: string, label: string, value: string): Promise<void> {
  await page.getByRole("group", { name: group }).getByLabel(label).fill(value);
}

/** To the step of the settings with what the test's own model needs. */
async function chooseParts(page: Page): Promise<void> {
  await page.getByLabel("Deployment name").fill("green");
  await page.getByText("In the image", { exact: true }).click();
  await goOn(page);
  const { code, environment } = await world.api.call<DeploymentDto>("GET", `/endpoints/${endpoint}/deployments/blue`);
  await pickRegistered(page, "Code", "Registered code folder", `${code?.name ?? ""}:${code?.version ?? ""}`);
  await pickRegistered(page, "Environment", "Registered environment", `${environment.name}:${environment.version}`);
  await goOn(page);
  await page.getByRole("radio", { name: /^sluice\.nano/ }).check();
  await expect(page.getByText(/^[\d.]+ CPU now, [\d.]+ CPU with this of \d+ CPU$/)).toBeVisible();
  await goOn(page);
}

test("a deployment's settings, probes and share are chosen in the wizard and come into force as chosen", async ({ browser }) => {
  test.setTimeout(240_000);
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  await page.goto(`/endpoints/${endpoint}/deployments/new`);
  await test.step("parts, compute and what they take of the quota", () => chooseParts(page));

  await test.step("settings are refused where they are typed", async () => {
    await setNumber(page, "Readiness probe", "Initial delay, s", "0");
    await expect(page.getByText("A whole number from 1 to 3,600.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Continue" })).toBeDisabled();
    await page.getByLabel("Model mount path").fill("models");
    await expect(page.getByText(/Give an absolute path/)).toBeVisible();
    await page.getByLabel("Model mount path").fill("");
  });

  await test.step("settings, traffic, review", async () => {
    await setNumber(page, "Readiness probe", "Initial delay, s", "1");
    await setNumber(page, "Readiness probe", "Period, s", "1");
    await setNumber(page, "Liveness probe", "Failures", "7");
    await setNumber(page, "Requests", "Queue wait, ms", "1234");
    await page.getByRole("button", { name: "Add a tag" }).click();
    await page.getByLabel("Tags: name 1").fill("team");
    await page.getByLabel("Tags: value 1").fill("pricing");
    await page.getByLabel("Description").fill("Chosen in the wizard.");
    await page.getByLabel("Slow start, s").fill("3");
    await page.getByLabel("Keep connections to instances").check();
    await page.getByLabel("App Insights").check();
    await screensOf(page, "settings")("app-insights");
    await goOn(page);
    await expect(page.getByText("A new deployment starts with 0 %.")).toBeVisible();
    await page.getByText("10 %", { exact: true }).click();
    await goOn(page);
    await page.getByLabel("Examine it first").uncheck();
    await page.getByRole("button", { name: "Create deployment" }).click();
    await expect(page).toHaveURL(new RegExp(`/deployments/green\\?share=10$`), { timeout: 30_000 });
  });

  await test.step("what was chosen is what holds", async () => {
    expect(await world.api.call("GET", `/endpoints/${endpoint}/deployments/green`)).toMatchObject({
      readinessProbe: { initialDelaySeconds: 1, periodSeconds: 1 },
      livenessProbe: { failureThreshold: 7 },
      requestSettings: { maxQueueWaitMs: 1234, keepAlive: true, slowStartSeconds: 3 },
      tags: { team: "pricing" },
      description: "Chosen in the wizard.",
      appInsightsEnabled: true,
    });
  });

  await test.step("once it is ready the slider is offered, and nothing moves before Apply", async () => {
    await page.getByRole("link", { name: "Open the slider with 10 %" }).click({ timeout: 120_000 });
    await expect(page.getByRole("button", { name: "Review and apply" })).toBeEnabled();
    await expect(page.getByLabel("Percent of green")).toHaveValue("10");
    expect((await world.api.endpoint(endpoint)).traffic).toMatchObject({ blue: 100 });
  });

  await test.step("rolling to the newest image asks first", async () => {
    await page.goto(`/endpoints/${endpoint}/deployments/green`);
    await expect(page.getByText("on (kept; nothing is sent yet)")).toBeVisible();
    await expect(page.getByText("kept to instances")).toBeVisible();
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Roll to the newest image" }).click();
    const dialog = page.getByRole("dialog", { name: "Roll green to the newest image?" });
    await expect(dialog).toContainText("requests keep being answered");
    await dialog.getByRole("button", { name: "Roll" }).click();
    await expect(page.getByText("green moves to the newest image")).toBeVisible();
  });

  await test.step("a mark on a chart opens the very entry of the activity", async () => {
    await page.goto(`/endpoints/${endpoint}/monitoring`);
    const mark = page.locator('a[href*="/activity?before="]').first();
    await expect(mark).toBeAttached();
    const href = (await mark.getAttribute("href")) ?? "";
    await page.goto(href);
    const entry = page.locator('li[aria-current="true"]');
    await expect(entry).toBeInViewport();
    await expect(entry).toHaveAttribute("id", href.split("#")[1] ?? "");
  });
  expect(complaints).toEqual([]);
  await context.close();
});
