import type { Page } from "@playwright/test";
import type { EnvironmentVersionDto } from "#server/contract/asset";
import { findTestEngine, type TestEngine } from "#server/testing/engine";
import { startRegistry, type TestRegistry } from "#server/testing/registry";
import { watchConsole } from "../fixtures/console-guard";
import { failures } from "../fixtures/scorer";
import { screensOf, type Look } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import { World } from "../fixtures/world";

/** Two images of the same server on a real registry, and two small builds upon them. */
const budgetMs = 480_000;
const tag = "stable";
let world: World;
let engine: TestEngine;
let registry: TestRegistry;
let connection: { readonly id: string };

test.beforeAll(async () => {
  test.setTimeout(budgetMs);
  world = await World.open();
  const search = await findTestEngine();
  if (search.engine === null) throw new Error(search.reason);
  engine = search.engine;
  registry = await startRegistry(engine, world.product.installationId);
  const { username, password } = registry.auth;
  const wish = { name: world.name("patches"), kind: "container_registry", address: registry.address, username, password: password.reveal() };
  connection = await world.api.call("POST", "/connections", wish);
});
test.afterAll(async () => {
  await world.close();
  await world.api.call("DELETE", `/connections/${connection.id}`);
  await registry.close();
});

/** Gives the tag a base image of that release. */
async function publish(release: number): Promise<void> {
  const name = `sluice-test/patched:${String(release)}`;
  await world.engine.buildImage(name, `FROM ${engine.images.inference}\nENV RELEASE=${String(release)}\n`);
  await registry.publish(tag, name);
  await engine.docker.getImage(name).remove();
}

/** An endpoint whose two deployments stand on the first release. Its content is nobody else's: equal contents of an earlier run would share images and count on from theirs. */
async function serveOnFirst(environment: string): Promise<string> {
  const dockerfile = `FROM ${registry.reference(tag)}\nUSER 1001:1001\nENV ENVIRONMENT=${environment}\n`;
  const { id } = await world.api.createEnvironment({ name: environment, dockerfile });
  return world.serve("patched", { blue: 60, green: 40 }, { environment: id });
}

/** The release that the deployment's instances have. */
async function release(endpoint: string, name: string): Promise<string | undefined> {
  const { image } = await world.api.deployment(endpoint, name);
  const { Config } = await engine.docker.getImage(image?.reference ?? "").inspect();
  return Config.Env.find((line) => line.startsWith("RELEASE="));
}

/** Revision, state and cause of the environment's newest image. */
async function newestBuild(environment: string): Promise<string> {
  const { items } = await world.api.call<{ items: EnvironmentVersionDto[] }>("GET", `/environments/${environment}`);
  const build = items[0]?.build;
  return `${String(build?.revision)} ${build?.state ?? "not begun"}: ${build?.cause ?? ""}`;
}

async function refreshBases(page: Page, look: Look): Promise<void> {
  await page.goto("/environments");
  await page.getByRole("button", { name: "Refresh base images" }).click();
  await expect(page.getByRole("button", { name: "Refreshing base images" })).toBeVisible();
  await look("refreshing", "moving");
  await expect(page.getByRole("button", { name: "Refresh base images" })).toBeEnabled({ timeout: 240_000 });
  await expect(page.getByText(/^Base images refreshed .*(nothing was new|new packages in .*)\.$/)).toBeVisible();
}

/** Rolls blue from the notice on its own page, while it is asked without a pause. */
async function rollFromNotice(page: Page, look: Look, endpoint: string): Promise<void> {
  await page.goto(`/endpoints/${endpoint}/deployments/blue`);
  const notice = page.getByText(`Image 2 (${registry.reference(tag)} moved), built`);
  await expect(notice).toBeVisible();
  await look("notice");
  await page.getByRole("button", { name: "Roll to the newest image" }).click();
  const dialog = page.getByRole("dialog", { name: "Roll blue to the newest image?" });
  await look("roll");
  const scorer = await world.scorer(endpoint);
  const rolled = new AbortController();
  const asked = (async () => {
    const failed: unknown[] = [];
    while (!rolled.signal.aborted) failed.push(...failures(await scorer.many(20, 2, { body: { print: "asked while it rolls" } })));
    return failed;
  })();
  try {
    await dialog.getByRole("button", { name: "Roll", exact: true }).click();
    await expect(dialog).toHaveCount(0);
    await expect(notice).toHaveCount(0, { timeout: 60_000 });
    await world.api.ready(endpoint, "blue");
  } finally {
    rolled.abort();
  }
  expect(await asked).toEqual([]);
}

test("a base image is refreshed, what runs behind is listed, and it rolls when asked and by policy", async ({ browser }) => {
  test.setTimeout(budgetMs);
  await publish(1);
  const environment = world.name("patched");
  const endpoint = await serveOnFirst(environment);
  await publish(2);
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "patching");
  await test.step("the refresh that was asked for runs and tells what it found", () => refreshBases(page, look));

  const behind = page.getByRole("list", { name: "Deployments behind" });
  await test.step("a new image is built upon the base that moved, and who runs the older one is listed", async () => {
    await expect.poll(() => newestBuild(environment), { timeout: 60_000 }).toBe(`2 Succeeded: ${registry.reference(tag)} moved`);
    await page.goto(`/environments/${environment}`);
    await expect(behind.getByRole("listitem")).toHaveCount(2);
    await expect(page.getByText(`2: ${registry.reference(tag)} moved`)).toBeVisible();
    await look("behind");
    expect(await Promise.all([release(endpoint, "blue"), release(endpoint, "green")])).toEqual(["RELEASE=1", "RELEASE=1"]);
  });

  await test.step("one is rolled from its page without a failing request", async () => {
    await rollFromNotice(page, look, endpoint);
    expect(await Promise.all([release(endpoint, "blue"), release(endpoint, "green")])).toEqual(["RELEASE=2", "RELEASE=1"]);
  });

  await test.step("the other rolls by itself once the environment's policy says so", async () => {
    await page.goto(`/environments/${environment}`);
    await expect(behind.getByRole("listitem")).toHaveText([new RegExp(`${endpoint}/green`)]);
    await page.getByLabel("When a newer image is ready").selectOption("automatic");
    await expect(page.getByText("Every deployment runs the newest image.")).toBeVisible({ timeout: 60_000 });
    await look("rolled");
    await world.api.ready(endpoint, "green");
    expect(await release(endpoint, "green")).toBe("RELEASE=2");
    await page.goto(`/endpoints/${endpoint}/activity`);
    await expect(page.getByText("green is rolled to image 2 of its environment by the environment's policy.")).toBeVisible();
    await expect(page.getByText("deployment blue was asked to roll to the newest image")).toBeVisible();
    await look("activity");
  });
  expect(complaints).toEqual([]);
  await context.close();
});
