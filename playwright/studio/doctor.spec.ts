import { watchConsole } from "../fixtures/console-guard";
import { goOn, pickRegistered } from "../fixtures/pages/wizards";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";

test("the doctor examines a deployment before it is created, keeps its report, and lends its container", async ({ browser, world }) => {
  test.setTimeout(300_000);
  const endpoint = await world.endpoint("doctor");
  const first = await world.wish(endpoint, "green");
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "doctor");
  await page.goto(`/endpoints/${endpoint}/deployments/new`);
  await page.getByLabel("Deployment name").fill("blue");
  await page.getByRole("group", { name: "Model", exact: true }).getByText("In the image", { exact: true }).click();
  await goOn(page);
  await pickRegistered(page, "Code", "Registered code folder", `${first.code?.name ?? ""}:${String(first.code?.version)}`);
  await page.getByLabel("Scoring script").fill("score.py");
  await pickRegistered(page, "Environment", "Registered environment", `${first.environment.name}:${String(first.environment.version)}`);
  await goOn(page);
  await page.getByRole("radio", { name: /^sluice\.micro/ }).check();
  while (await page.getByRole("button", { name: "Continue" }).isVisible()) await goOn(page);

  await expect(page.getByLabel("Examine it first")).toBeChecked();
  await page.getByRole("button", { name: "Create deployment" }).click();
  await expect(page.getByRole("button", { name: "Create without waiting" })).toBeVisible();
  await expect(page.getByRole("list", { name: "Checks" })).toContainText("init() and the server's start took", { timeout: 120_000 });
  await look("wizard", "moving");
  await expect(page).toHaveURL(new RegExp(`/endpoints/${endpoint}/deployments/blue$`), { timeout: 120_000 });

  const report = page.getByRole("list", { name: "Checks" });
  await expect(report).toContainText("At its peak it used");
  await page.getByText("What the container printed", { exact: true }).click();
  await expect(page.getByRole("region", { name: "What the container printed" })).toContainText("gunicorn", { timeout: 30_000 });
  await page.getByText("What the container printed", { exact: true }).click();
  await page.getByRole("button", { name: "Try it" }).click();
  await page.getByLabel("Request to try").fill('{"print": "tried"}', { timeout: 60_000 });
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByLabel("Answer of the trial")).toContainText("{");
  await look("report");
  // What is lent is missing from the host's free room for everybody.
  const compute = await context.newPage();
  await compute.goto("/compute");
  await expect(compute.getByText(/\d containers? on trial holds? 0\.5 CPU and \d+ MiB of it\./)).toBeVisible();
  await screensOf(compute, "compute")("trial");
  await compute.close();
  await page.getByRole("button", { name: "End the trial" }).click();
  await expect(page.getByRole("button", { name: "Try it" })).toBeVisible({ timeout: 60_000 });
  expect(complaints).toEqual([]);
  await context.close();
});
