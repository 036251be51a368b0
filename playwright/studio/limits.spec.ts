import { watchConsole } from "../fixtures/console-guard";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";

test("an endpoint's limits are set, kept while unsaved, put in force and followed from the browser", async ({ browser, world }) => {
  test.setTimeout(240_000);
  const endpoint = await world.serve("limited", { blue: 100 });
  const scorer = await world.scorer(endpoint);
  const context = await ownerContext(browser, world.product, { colorScheme: "light", viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "limits");
  const apply = page.getByRole("button", { name: "Apply" });
  const requests = page.getByLabel("Requests, a second");

  await test.step("none at first, and Azure's by one choice", async () => {
    await page.goto(`/endpoints/${endpoint}/limits`);
    await expect(page.getByText("All of this is in force.")).toBeVisible();
    await expect(apply).toBeDisabled();
    await look("none");
    await page.getByText("Azure's", { exact: true }).click();
    await expect(requests).toHaveValue("500");
    await expect(page.getByLabel("Bandwidth, MB a second")).toHaveValue("5");
    await expect(page.getByText(/Not in force yet/)).toBeVisible();
  });

  await test.step("what is typed survives a reload, and a wrong value says its range", async () => {
    await requests.fill("2");
    await page.reload();
    await expect(requests).toHaveValue("2");
    await page.getByLabel("Connections with a call, at once").fill("0");
    await expect(page.getByText("is a whole number of 1 to 100,000 connections")).toBeVisible();
    await expect(apply).toBeDisabled();
    await look("refused");
    await page.getByLabel("Connections with a call, at once").fill("50");
    await apply.click();
    await expect(page.getByText("The limits were changed.")).toBeVisible();
    await expect(page.getByText("All of this is in force.")).toBeVisible();
  });

  await test.step("callers meet the limit, and the page shows the use and what was refused", async () => {
    await expect.poll(async () => (await scorer.many(10, 5)).map(({ status }) => status).includes(429), { timeout: 30_000, intervals: [500] }).toBe(true);
    const line = page.getByRole("listitem").filter({ has: requests });
    await expect(async () => {
      await scorer.many(6, 3);
      await expect(line.getByText(/^\d+ calls?$/)).toBeVisible({ timeout: 3000 });
      await expect(line.getByRole("progressbar", { name: "Requests in use" })).toBeVisible();
    }).toPass({ timeout: 60_000 });
    await look("in-use", "moving");
  });

  await test.step("discarding shows what holds, and no limits end it", async () => {
    await requests.fill("77");
    await page.getByRole("button", { name: "Discard" }).click();
    await expect(requests).toHaveValue("2");
    await page.getByText("No limits", { exact: true }).click();
    await apply.click();
    await expect(page.getByText("Use is counted as soon as there is a limit.")).toBeVisible();
    expect((await world.api.call<{ preset: string }>("GET", `/endpoints/${endpoint}/limits`)).preset).toBe("none");
  });
  expect(complaints).toEqual([]);
  await context.close();
});
