import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { axeViolations, overflow } from "../fixtures/axe";
import { watchConsole } from "../fixtures/console-guard";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import type { World } from "../fixtures/world";

const conda = (pin: string) => `dependencies:\n  - python=3.11\n  - pip:\n      - numpy==${pin}\n`;

/** Two versions of one name; what is told is the page of the newest. */
const made = {
  model: async (world: World) => {
    const { api } = world;
    const called = world.name("noted-model");
    for (const text of ["one", "two"]) {
      const uploadId = await api.upload("model.txt", Buffer.from(text));
      await api.createModel(called, { rootName: "model.txt", isFile: true, uploads: [{ uploadId, path: "model.txt" }] });
    }
    return { name: called, page: `/models/${called}`, api: "models" };
  },
  environment: async (world: World) => {
    const { api } = world;
    const called = world.name("noted-environment");
    for (const pin of ["1.26.4", "2.0.1"]) await api.createEnvironment({ name: called, condaFile: conda(pin) });
    return { name: called, page: `/environments/${called}`, api: "environments" };
  },
  code: async (world: World) => {
    const { api } = world;
    const called = world.name("noted-code");
    const folder = mkdtempSync(path.join(tmpdir(), "sluice-noted-"));
    writeFileSync(path.join(folder, "score.py"), "def init():\n  pass\ndef run(data):\n  return data\n");
    await api.createCode(called, await api.uploadFolder(folder));
    writeFileSync(path.join(folder, "extra.py"), "x = 1\n");
    const { id } = await api.createCode(called, await api.uploadFolder(folder));
    return { name: called, page: `/codes/${id}`, api: "codes" };
  },
};

for (const kind of ["model", "environment", "code"] as const)
  test(`what is noted of a version of a ${kind} is edited and compared, and the version archived and brought back`, async ({ browser, world }) => {
    test.setTimeout(120_000);
    const asset = await made[kind](world);
    const context = await ownerContext(browser, world.product);
    const page = await context.newPage();
    const complaints = watchConsole(page);
    const looks = (["light", "dark"] as const).flatMap((colorScheme) => ([1440, 360] as const).map((width) => ({ colorScheme, width })));
    const judge = async (name: string) => {
      expect.soft(await axeViolations(page), name).toEqual([]);
      for (const { colorScheme, width } of looks) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 1000 });
        await screensOf(page, `noted-${kind}-${colorScheme}-${String(width)}`)(name);
        expect.soft(await overflow(page), name).toBe(0);
      }
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize({ width: 1440, height: 1000 });
    };
    await page.goto(asset.page);

    await test.step("description, tags and properties are changed, and told", async () => {
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      const dialog = page.getByRole("dialog", { name: `Edit ${asset.name}:2` });
      await dialog.getByLabel("Description").fill("The cautious one.");
      await dialog.getByRole("button", { name: "Add a tag" }).click();
      await dialog.getByLabel("Tags: name 1").fill("team");
      await dialog.getByLabel("Tags: value 1").fill("pricing");
      await dialog.getByRole("button", { name: "Add a property" }).click();
      await dialog.getByLabel("Properties: name 1").fill("rmse");
      await dialog.getByLabel("Properties: value 1").fill("3.25");
      await judge("edit");
      await dialog.getByRole("button", { name: "Save" }).click();
      await expect(page.getByText("team: pricing")).toBeVisible();
      await expect(page.getByText("rmse: 3.25")).toBeVisible();
      await expect(page.getByText("The cautious one.").first()).toBeVisible();
      expect(await world.api.call("GET", `/${asset.api}/${asset.name}/versions/2`)).toMatchObject({
        description: "The cautious one.",
        tags: { team: "pricing" },
        properties: { rmse: "3.25" },
      });
    });

    await test.step("it is compared with the version before", async () => {
      const row = page.getByRole("region", { name: "Differences" }).getByRole("row").filter({ hasText: "tags.team" });
      await expect(row).toContainText("pricing");
      if (kind === "environment") await expect(page.getByRole("region", { name: "Difference of conda.yaml" })).toContainText("numpy==2.0.1");
      if (kind === "code")
        await expect(page.getByRole("region", { name: "Differences" }).getByRole("row").filter({ hasText: "extra.py" })).toContainText("added");
      await judge("compared");
    });

    await test.step("it is labelled, archived and brought back", async () => {
      await page.getByRole("button", { name: "Label", exact: true }).click();
      const label = page.getByRole("dialog", { name: "Label version 2" });
      await label.getByLabel("Label", { exact: true }).fill("champion");
      await label.getByRole("button", { name: "Set label" }).click();
      await expect(page.getByRole("button", { name: "Take the label champion off" })).toBeVisible();
      await page.getByRole("button", { name: "Archive", exact: true }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Archive", exact: true }).click();
      await expect(page.getByText(`${asset.name}:2 is archived`)).toBeVisible();
      const versions = page.getByRole("navigation", { name: "Versions" });
      await page.getByLabel("Show archived versions").check();
      await versions.getByRole("button", { name: /Version 2/ }).click();
      await expect(versions.getByText("archived", { exact: true })).toBeVisible();
      await expect(page.getByRole("button", { name: "Restore" })).toBeVisible();
      await page.getByRole("button", { name: "Restore" }).click();
      await expect(page.getByRole("button", { name: "Archive", exact: true })).toBeVisible();
      await expect(page.getByText("champion")).toHaveCount(0);
    });
    expect(complaints).toEqual([]);
    await context.close();
  });

test("a folder of code is registered from its page, with what is noted of it", async ({ browser, world }) => {
  const name = world.name("registered-code");
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-registered-"));
  const file = path.join(folder, "score.py");
  writeFileSync(file, "def init():\n  pass\ndef run(data):\n  return data\n");
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  await page.goto("/codes");
  await page.getByRole("link", { name: "Register code" }).first().click();
  const register = page.getByRole("button", { name: "Register", exact: true });
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Description").fill("Scores houses.");
  await expect(register).toBeDisabled();
  await page.getByLabel("Upload the code: files").setInputFiles(file);
  await expect(register).toBeEnabled();
  await register.click();
  await expect(page).toHaveURL(/\/codes\/cod[^/]+$/);
  await expect(page.getByRole("region", { name: "Content of score.py" })).toBeVisible();
  await expect(page.getByText("Scores houses.")).toBeVisible();
  expect(complaints).toEqual([]);
  await context.close();
});
