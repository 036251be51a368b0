import type { Locator, Page } from "@playwright/test";
import { watchConsole } from "../fixtures/console-guard";
import { screensOf } from "../fixtures/screens";
import { ownerContext, signIn } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import { until } from "../fixtures/until";
import type { World } from "../fixtures/world";

/** What the gateway answers to a call with that key. */
async function outcome(world: World, endpoint: string, key: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const answer = await (await world.scorer(endpoint, key)).score({ headers });
  return answer.status === 200 ? "200" : `${String(answer.status)} ${answer.headers["x-ms-error-code"] ?? ""}`;
}

/** Reads the secret off the one dialog that shows it, and closes that. */
async function takeSecret(page: Page, name: string): Promise<string> {
  const dialog = page.getByRole("dialog", { name: `The key ${name}` });
  const secret = /slk_[A-Za-z0-9_-]{43}/.exec(await dialog.innerText())?.[0] ?? "";
  expect(secret).not.toBe("");
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  await expect(page.getByText(secret)).toHaveCount(0);
  return secret;
}

async function choose(page: Page, row: Locator, name: string, deed: string): Promise<void> {
  await row.getByRole("button", { name: `Actions for ${name}` }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: deed }).press("Enter");
}

test("a client key is made, limited, used up, rotated and revoked, and the gateway follows at once", async ({ browser, world }) => {
  test.setTimeout(300_000);
  const endpoint = await world.serve("keyed", { blue: 100 });
  const context = await ownerContext(browser, world.product, { viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "client-keys");
  await page.goto(`/endpoints/${endpoint}/keys`);
  await expect(page.getByText("No client key yet")).toBeVisible();
  await look("empty");

  let first = "";
  await test.step("made with limits: a bad name is refused in place, the secret is shown once", async () => {
    await page.getByRole("button", { name: "New client key" }).click();
    const dialog = page.getByRole("dialog", { name: "New client key" });
    await dialog.getByLabel("Name", { exact: true }).fill("Batch Jobs");
    await dialog.getByLabel("Requests a day").fill("6");
    await dialog.getByLabel("Requests a second").fill("50");
    await look("create");
    await dialog.getByRole("button", { name: "Create" }).click();
    await expect(dialog.getByRole("alert")).toContainText("Lower-case letters");
    await dialog.getByLabel("Name", { exact: true }).fill("batch-jobs");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog", { name: "The key batch-jobs" })).toBeVisible();
    await look("secret");
    first = await takeSecret(page, "batch-jobs");
  });

  const row = page.getByRole("row").filter({ hasText: "batch-jobs" });
  await test.step("good at the gateway, not for choosing a deployment", async () => {
    await expect(row).toContainText("Active");
    await until("the key to be taken", async () => (await outcome(world, endpoint, first)) === "200", { limitMs: 5000 });
    expect(await outcome(world, endpoint, first, { "azureml-model-deployment": "blue" })).toBe("403 PinNotAllowed");
  });

  await test.step("its use counts, and the quota shuts it within seconds, this key alone", async () => {
    for (let call = 0; call < 5; call += 1) expect(await outcome(world, endpoint, first)).toBe("200");
    const usedUpAt = Date.now();
    await until("the quota to be enforced", async () => (await outcome(world, endpoint, first)) === "429 KeyQuotaReached", { limitMs: 15_000, everyMs: 500 });
    expect(Date.now() - usedUpAt).toBeLessThan(10_000);
    expect(await outcome(world, endpoint, (await world.api.keys(endpoint)).primaryKey)).toBe("200");
    await expect(row).toContainText("Quota used up", { timeout: 15_000 });
    await look("used-up");
  });

  await test.step("its calls are listed, the refused ones with their code", async () => {
    await choose(page, row, "batch-jobs", "Newest calls");
    const dialog = page.getByRole("dialog", { name: "Newest calls of batch-jobs" });
    await expect(dialog.getByText("KeyQuotaReached").first()).toBeVisible({ timeout: 30_000 });
    await expect(dialog.getByText("PinNotAllowed")).toBeVisible();
    await look("calls");
    await page.keyboard.press("Escape");
  });

  await test.step("a higher quota and the right to pin are in force at once", async () => {
    await choose(page, row, "batch-jobs", "Change limits");
    const dialog = page.getByRole("dialog", { name: "Limits of batch-jobs" });
    await dialog.getByLabel("Requests a day").fill("");
    await dialog.getByLabel("May choose a deployment").check();
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(row).toContainText("Active");
    const pinned = { "azureml-model-deployment": "blue" };
    await until("the new limits to be in force", async () => (await outcome(world, endpoint, first, pinned)) === "200", { limitMs: 5000 });
  });

  let second = "";
  await test.step("rotated: both secrets are good until the first one's end", async () => {
    await choose(page, row, "batch-jobs", "Rotate");
    await page
      .getByRole("dialog", { name: "Rotate batch-jobs?" })
      .getByLabel(/The present secret/)
      .selectOption("goes on for an hour");
    await page.getByRole("button", { name: "Rotate", exact: true }).click();
    await expect(page.getByRole("dialog", { name: "The key batch-jobs" })).toBeVisible();
    second = await takeSecret(page, "batch-jobs");
    expect(second).not.toBe(first);
    await until("the new secret to be taken", async () => (await outcome(world, endpoint, second)) === "200", { limitMs: 5000 });
    expect(await outcome(world, endpoint, first)).toBe("200");
    await expect(row).toContainText("old secret");
    await look("rotated");
  });

  await test.step("revoked: both are refused within a second of the answer", async () => {
    await choose(page, row, "batch-jobs", "Revoke");
    await page.getByRole("dialog", { name: "Revoke batch-jobs?" }).getByRole("button", { name: "Revoke" }).click();
    await expect(page.getByText("All keys are revoked.")).toBeVisible();
    for (const secret of [first, second])
      await until("the revoked key to be refused", async () => (await outcome(world, endpoint, secret)) === "401 Unauthorized", { limitMs: 1000 });
    await page.getByLabel("Show 1 revoked key").check();
    await expect(row).toContainText("Revoked");
  });

  await test.step("accessible, and whole at 360 pixels, in both themes", async () => {
    await world.api.call("POST", `/endpoints/${endpoint}/client-keys`, { name: "mobile-app", ratePerSecond: 100, dailyQuota: 50_000, mayPin: true });
    await expect(page.getByText("mobile-app")).toBeVisible({ timeout: 15_000 });
    await look("list");
  });
  expect(complaints).toEqual([]);
  await context.close();
});

test("a reader sees the keys and can change none", async ({ browser, world }) => {
  const endpoint = await world.endpoint("read-keys");
  await world.api.call("POST", `/endpoints/${endpoint}/client-keys`, { name: "app" });
  const reader = { name: "Rosa Reader", email: `${endpoint}@example.com`, password: "a password of a reader", role: "reader" };
  await world.api.call("POST", "/people", reader);
  const context = await browser.newContext({ baseURL: world.product.studioUrl });
  const page = await context.newPage();
  await signIn(page, reader.email, reader.password);
  await page.waitForURL(/\/endpoints$/);
  await page.goto(`/endpoints/${endpoint}/keys`);
  await expect(page.getByRole("row").filter({ hasText: "app" })).toContainText("Active");
  await expect(page.getByRole("button", { name: "New client key" })).toHaveCount(0);
  await page.getByRole("button", { name: "Actions for app" }).click();
  await expect(page.getByRole("menuitem")).toHaveText(["Newest calls"]);
  await context.close();
});
