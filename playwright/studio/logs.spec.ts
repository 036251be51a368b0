import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { watchConsole } from "../fixtures/console-guard";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import { World } from "../fixtures/world";

const written = 12_000;
let world: World;
let endpoint = "";

/** Lines that the model's own code prints, in two requests so that none is above the bound for floods. */
test.beforeAll(async () => {
  test.setTimeout(240_000);
  world = await World.open();
  endpoint = await world.serve("logs", { blue: 100 });
  const scorer = await world.scorer(endpoint);
  for (const half of [0, 1]) {
    const numbers = Array.from({ length: written / 2 }, (_, index) => `counted ${half * (written / 2) + index} end`);
    expect((await scorer.score({ body: { print: numbers.join("\n") } })).status).toBe(200);
  }
});
test.afterAll(() => world.close());

const viewer = (page: Page) => page.getByRole("region", { name: "Inference server log" });
const counted = (page: Page, number: number) => viewer(page).getByText(`counted ${number} end`, { exact: true });

/** What the inference server says before any request: the log's first line. */
const firstLine = (page: Page) => viewer(page).getByText("Loaded logging config");

/** Scrolls to one end again and again, as reading on adds to it, until a line is there. */
async function scrollTo(page: Page, end: "start" | "end", line: Locator): Promise<void> {
  await expect(async () => {
    await viewer(page).evaluate((box, top) => box.scrollTo({ top: top ? 0 : box.scrollHeight }), end === "start");
    await expect(line).toBeVisible({ timeout: 1000 });
  }).toPass({ timeout: 60_000 });
}

test("a log is read back to its oldest line, searched beyond what is held, linked to, followed and downloaded whole", async ({ browser }) => {
  const context = await ownerContext(browser, world.product, { permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const place = `/endpoints/${endpoint}/logs`;
  await page.goto(place);

  await test.step("opens at the newest line, and reaches the first by scrolling up", async () => {
    await expect(counted(page, written - 1)).toBeVisible({ timeout: 30_000 });
    await scrollTo(page, "start", firstLine(page));
    await expect(page.getByText("the oldest line that is kept")).toBeVisible();
  });

  await test.step("comes back to the newest and follows what is written then", async () => {
    await page.getByRole("button", { name: "Jump to newest" }).click();
    await (await world.scorer(endpoint)).score({ body: { print: "written while following" } });
    await expect(viewer(page).getByText("written while following")).toBeVisible({ timeout: 20_000 });
  });

  await test.step("finds a line that was not read yet, and links to it", async () => {
    await page.reload();
    await expect(viewer(page).getByText("written while following")).toBeVisible();
    const search = page.getByLabel("Search the log");
    await search.fill("counted 321 end");
    await search.press("Enter");
    await expect(counted(page, 321)).toBeVisible({ timeout: 30_000 });
    const line = counted(page, 321).locator("xpath=ancestor::div[1]");
    await line.getByRole("button", { name: /Link to the line/ }).click();
    await expect(page).toHaveURL(/#line=/);
  });

  await test.step("opens at the linked line, with what came before and after it", async () => {
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await page.goto("/endpoints");
    await page.goto(link);
    await expect(counted(page, 321)).toBeVisible({ timeout: 30_000 });
    await scrollTo(page, "start", firstLine(page));
    await scrollTo(page, "end", counted(page, written - 1));
  });

  await test.step("downloads every kept line in order, or those that match", async () => {
    const save = async (name: string): Promise<readonly string[]> => {
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).click()]);
      const text = await readFile(await download.path(), "utf8");
      return text.split("\n").flatMap((line) => /counted (\d+) end/.exec(line)?.[1] ?? []);
    };
    expect(await save("Download all")).toEqual(Array.from({ length: written }, (_, index) => String(index)));
    await page.getByLabel("Search the log").fill("counted 99 end");
    expect(await save("Download matches")).toEqual(["99"]);
  });
  expect(complaints).toEqual([]);
  await context.close();
});
