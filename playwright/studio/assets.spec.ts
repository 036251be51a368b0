import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { watchConsole } from "../fixtures/console-guard";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";

test("a model's versions are labelled, compared, and deployed from their page", async ({ browser, world }) => {
  const { api } = world;
  const name = world.name("compared");
  const endpoint = await world.endpoint("compared");
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-versions-"));
  writeFileSync(path.join(folder, "kept.txt"), "the same");
  writeFileSync(path.join(folder, "weights.bin"), "one");
  await api.createModel(name, await api.uploadFolder(folder));
  writeFileSync(path.join(folder, "weights.bin"), "another");
  writeFileSync(path.join(folder, "added.txt"), "new");
  await api.createModel(name, await api.uploadFolder(folder));
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "assets");
  await page.goto(`/models/${name}`);

  await test.step("a label is set, refused where it cannot be, and taken off", async () => {
    await page.getByRole("button", { name: "Label", exact: true }).first().click();
    const dialog = page.getByRole("dialog", { name: "Label version 2" });
    await dialog.getByLabel("Label", { exact: true }).fill("latest");
    await expect(dialog.getByText("latest is always the newest version.")).toBeVisible();
    await expect(dialog.getByRole("button", { name: "Set label" })).toBeDisabled();
    await dialog.getByLabel("Label", { exact: true }).fill("champion");
    await dialog.getByRole("button", { name: "Set label" }).click();
    await expect(page.getByRole("button", { name: "Take the label champion off" }).first()).toBeVisible();
    await look("labelled");
    await page.getByRole("button", { name: "Take the label champion off" }).first().click();
    await expect(page.getByRole("button", { name: "Take the label champion off" })).toHaveCount(0);
  });

  await test.step("two versions are compared file by file", async () => {
    const differences = page.getByRole("region", { name: "Differences" });
    await expect(differences.getByRole("row").filter({ hasText: "weights.bin" })).toContainText("changed");
    await expect(differences.getByRole("row").filter({ hasText: "added.txt" })).toContainText("added");
    await expect(differences.getByRole("row").filter({ hasText: "kept.txt" })).toHaveCount(0);
  });

  await test.step("Deploy asks for the endpoint and starts the wizard with the version", async () => {
    await page.getByRole("button", { name: "Deploy", exact: true }).first().click();
    await page
      .getByRole("dialog", { name: `Deploy ${name}:2` })
      .getByRole("link", { name: endpoint })
      .click();
    await expect(page).toHaveURL(new RegExp(`/endpoints/${endpoint}/deployments/new`));
    await expect(page.getByRole("combobox", { name: "Registered model" })).toHaveValue(`${name}:2`);
    await look("wizard");
  });
  expect(complaints).toEqual([]);
  await context.close();
});

test("a container of one's own is described as an environment, and refused where it may not run so", async ({ browser, world }) => {
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "environment-form");
  const name = world.name("own-container");
  await page.goto("/environments/new");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("group", { name: "Made from" }).getByText("Own container", { exact: true }).click();
  const fill = (label: string, value: string) => page.getByRole("textbox", { name: new RegExp(`^${label}`) }).fill(value);
  const create = page.getByRole("button", { name: "Create environment" });
  await expect(create).toBeDisabled();
  await fill("Image reference", "registry.example.com/chat:1");
  await fill("Port", "9000");
  await fill("Scoring route", "/v1/chat/completions");
  await fill("Further routes", "/v1/models");
  await page.getByRole("group", { name: "Protocol of the scoring port" }).getByText("HTTP/2, gRPC").click();
  await fill("Command", "python\n/srv/server.py");
  await fill("User", "root");
  await expect(page.getByText("Instances never run as root.")).toBeVisible();
  await expect(create).toBeDisabled();
  await fill("User", "1500");
  await look("container");
  await create.click();
  await expect(page).toHaveURL(new RegExp(`/environments/${name}$`));
  expect(await world.api.call("GET", `/environments/${name}/versions/1`)).toMatchObject({
    image: "registry.example.com/chat:1",
    inferenceConfig: { scoring: { path: "/v1/chat/completions", port: 9000 }, scoringRoutes: ["/v1/models"], http2: true },
    container: { command: ["python", "/srv/server.py"], user: "1500" },
  });
  await look("environment");
  expect(complaints).toEqual([]);
  await context.close();
});

test("whether deployments of an environment roll by themselves is chosen on its page", async ({ browser, world }) => {
  const name = world.name("patched");
  await world.api.createEnvironment({ name });
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  await page.goto(`/environments/${name}`);
  await expect(page.getByText("No deployment uses this version.")).toBeVisible();
  const policy = page.getByLabel("When a newer image is ready");
  await expect(policy).toHaveValue("manual");
  await policy.selectOption("automatic");
  await expect(policy).toBeEnabled();
  await page.reload();
  await expect(policy).toHaveValue("automatic");
  expect(complaints).toEqual([]);
  await context.close();
});
