import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "@playwright/test";
import { watchConsole } from "../fixtures/console-guard";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";

const contents = { "model.json": '{"weights": [1, 2, 3]}', "data/labels.txt": "cat\ndog\n" };
let folder: string;
let weights: string;

/** A folder `weights` with both files, and what people make of one: archives by the tools that they have. */
test.beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sluice-ways-"));
  weights = path.join(folder, "weights");
  mkdirSync(path.join(weights, "data"), { recursive: true });
  for (const [at, text] of Object.entries(contents)) writeFileSync(path.join(weights, at), text);
  execFileSync("tar", ["-czf", "weights.tar.gz", "weights"], { cwd: folder });
  execFileSync("python3", ["-m", "zipfile", "-c", "weights.zip", "weights"], { cwd: folder });
  writeFileSync(path.join(folder, "climbing.tar"), execFileSync("tar", ["-cPf", "-", "--transform", "s,^,../,", "weights/model.json"], { cwd: folder }));
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const box = (page: Page) => page.getByRole("group", { name: "Upload the model" });

async function choose(page: Page, button: string, picked: string): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), box(page).getByRole("button", { name: button }).click()]);
  await chooser.setFiles(picked);
}

/** Drops files or folders onto the box by the browser's own input, as a file manager does: what a page makes up itself has no entries to read. */
async function drop(page: Page, files: readonly string[]): Promise<void> {
  const at = await box(page).boundingBox();
  if (at === null) throw new Error("there is nothing to drop onto");
  const client = await page.context().newCDPSession(page);
  const event = { x: at.x + at.width / 2, y: at.y + at.height / 2, data: { items: [], files: [...files], dragOperationsMask: 1 } };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) await client.send("Input.dispatchDragEvent", { type, ...event });
  await client.detach();
}

const ways: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  folder: (page) => choose(page, "Choose a folder", weights),
  tarred: (page) => choose(page, "Choose files", path.join(folder, "weights.tar.gz")),
  zipped: (page) => choose(page, "Choose files", path.join(folder, "weights.zip")),
  dropped: (page) => drop(page, [weights]),
};

test("a folder, a tar.gz, a zip, a dropped folder and dropped files become models with the files that were sent, and an archive that climbs is refused", async ({
  browser,
  world,
}) => {
  test.setTimeout(180_000);
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "upload");
  const begin = async (name: string) => {
    await page.goto("/models/register");
    await page.getByLabel("Name").fill(name);
  };
  const register = async (name: string, files: Readonly<Record<string, string>>) => {
    await page.getByRole("button", { name: "Register", exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`/models/${name}$`));
    const table = page.getByRole("region", { name: "Files of version 1" });
    for (const [at, text] of Object.entries(files)) {
      const row = table.getByRole("row").filter({ hasText: at });
      await expect(row).toContainText(new RegExp(`${String(Buffer.byteLength(text))}\\sB`));
    }
    await expect(table.getByRole("row")).toHaveCount(Object.keys(files).length + 1);
  };
  for (const [way, send] of Object.entries(ways))
    await test.step(way, async () => {
      const name = world.name(way);
      await begin(name);
      await send(page);
      await expect(page.getByText(/ uploaded$/)).toBeVisible();
      if (way === "folder") await look("folder");
      await register(name, contents);
      await page.getByRole("button", { name: "Preview model.json" }).click();
      await expect(page.getByRole("dialog")).toContainText('"weights"');
      await page.keyboard.press("Escape");
    });

  await test.step("loose files", async () => {
    const name = world.name("loose");
    await begin(name);
    await drop(page, [path.join(weights, "model.json"), path.join(weights, "data/labels.txt")]);
    await expect(page.getByText(/2 files · uploaded$/)).toBeVisible();
    await register(name, { "model.json": contents["model.json"], "labels.txt": contents["data/labels.txt"] });
  });

  await test.step("an archive whose file would lie outside is refused by its name, and the form keeps what was written", async () => {
    const name = world.name("climbing");
    await begin(name);
    await choose(page, "Choose files", path.join(folder, "climbing.tar"));
    await expect(page.getByText(/ uploaded$/)).toBeVisible();
    await page.getByRole("button", { name: "Register", exact: true }).click();
    await expect(page.getByText("../weights/model.json")).toBeVisible();
    await expect(page.getByLabel("Name")).toHaveValue(name);
    await look("climbing");
    expect(await world.api.call("GET", "/models")).not.toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ name })]) });
  });
  expect(complaints).toEqual([]);
  await context.close();
});
