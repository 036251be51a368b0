import { watchConsole } from "../fixtures/console-guard";
import { failures } from "../fixtures/scorer";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";

test("calls are mirrored to a candidate from the browser, and its answers are compared with those that callers got", async ({ browser, world }) => {
  test.setTimeout(240_000);
  const endpoint = await world.serve("mirrored", { blue: 100, green: 0 });
  const scorer = await world.scorer(endpoint);
  const context = await ownerContext(browser, world.product, { colorScheme: "light", viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "mirror");

  await test.step("a share is set, with what it will do said before", async () => {
    await page.goto(`/endpoints/${endpoint}/mirror`);
    await expect(page.getByText("Nothing was mirrored in this time")).toBeVisible();
    await look("empty");
    const apply = page.getByRole("button", { name: "Apply" });
    await expect(apply).toBeDisabled();
    await page.getByLabel("Shadow").selectOption("green");
    await page.getByRole("button", { name: "50", exact: true }).click();
    await expect(page.getByText(/50 % of the calls are copied to green/)).toBeVisible();
    await look("before-apply");
    await apply.click();
    await expect(page.getByText("The mirror was changed.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Stop mirroring" })).toBeVisible();
  });

  await test.step("callers get their own deployment's answers, and the comparison shows both sides", async () => {
    await expect
      .poll(
        async () => {
          const answers = await scorer.many(40, 4);
          expect(failures(answers)).toEqual([]);
          expect(new Set(answers.map((answer) => answer.deployment))).toEqual(new Set(["blue"]));
          const report = await world.api.call<{ pairs: { shadow: string; disagreed: number }[] }>(
            "GET",
            `/endpoints/${endpoint}/mirror?from=${String(Date.now() - 600_000)}&to=${String(Date.now() + 60_000)}`,
          );
          return report.pairs.find(({ shadow }) => shadow === "green")?.disagreed ?? 0;
        },
        { timeout: 60_000, intervals: [1000] },
      )
      .toBeGreaterThan(10);
    await page.reload();
    const pair = page.getByRole("article", { name: "green beside blue" });
    await expect(pair.getByText(/of \d+ compared answers/)).toBeVisible();
    await expect(pair.getByRole("row", { name: /p95/ })).toContainText("ms");
    const first = page.locator("details").first();
    await first.locator("summary").click();
    await expect(first.getByRole("region", { name: "Answers of blue and green" })).toContainText("blue");
    await look("comparison");
  });

  await test.step("the requests of the endpoint are those of its callers only, and the mirror ends as it began", async () => {
    const { items } = await world.api.call<{ items: { deployment: string }[] }>("GET", `/endpoints/${endpoint}/requests?limit=200`);
    expect(new Set(items.map(({ deployment }) => deployment))).toEqual(new Set(["blue"]));
    await page.getByRole("button", { name: "Stop mirroring" }).click();
    await expect(page.getByText("No call is copied.")).toBeVisible();
    const refused = world.api.call("PUT", `/endpoints/${endpoint}/mirror`, {
      generation: (await world.api.endpoint(endpoint)).generation,
      mirrorTraffic: { green: 60 },
    });
    await expect(refused).rejects.toMatchObject({ status: 400 });
  });
  expect(complaints).toEqual([]);
  await context.close();
});
