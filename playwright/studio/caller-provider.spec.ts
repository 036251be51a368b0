import type { CallerProviderDto } from "#server/contract/caller-provider";
import { watchConsole } from "../fixtures/console-guard";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";

test("an owner names the provider of callers, is told why its keys cannot be read, and takes it away", async ({ browser, world }) => {
  const context = await ownerContext(browser, world.product, { viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "caller-provider");
  await page.goto("/settings?tab=callers");
  await page.getByLabel("Issuer").fill("https://127.0.0.1:9");
  await page.getByLabel("Audience").fill("api://scoring");
  await page.getByLabel("Value").fill("score");
  await look("form");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The provider's keys could not be read")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("score in roles")).toBeVisible();
  await look("unread");
  await page.getByRole("button", { name: "Take the provider away" }).click();
  await expect(page.getByText("score in roles")).toHaveCount(0);
  expect(await world.api.call<CallerProviderDto>("GET", "/caller-provider")).toEqual({ provider: null });
  expect(complaints).toEqual([]);
  await context.close();
});
