import type { Page } from "@playwright/test";
import { axeViolations, overflow } from "../fixtures/axe";
import { watchConsole } from "../fixtures/console-guard";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import { World } from "../fixtures/world";

const general = [
  "/endpoints",
  "/endpoints/new",
  "/models",
  "/models/register",
  "/codes",
  "/codes/register",
  "/environments",
  "/environments/new",
  "/environments/test-inference",
  "/compute",
  "/gateways",
  "/cost",
  "/settings",
  "/settings?tab=tokens",
  "/settings?tab=connections",
  "/settings?tab=people",
];
const ofEndpoint = [
  "",
  "/deployments",
  "/deployments/new",
  "/deployments/blue",
  "/deployments/blue/edit",
  "/traffic",
  "/mirror",
  "/test",
  "/consume",
  "/keys",
  "/limits",
  "/domains",
  "/monitoring",
  "/logs",
  "/cost",
  "/activity",
  "/settings",
];
let world: World;
let endpoint = "";
let model = "";

test.beforeAll(async () => {
  test.setTimeout(240_000);
  world = await World.open();
  endpoint = await world.serve("studio", { blue: 90, green: 10 });
  model = world.name("pages");
  const uploadId = await world.api.upload("model.txt", Buffer.from("weights"));
  await world.api.createModel(model, { rootName: "model.txt", isFile: true, uploads: [{ uploadId, path: "model.txt" }] });
  await (await world.scorer(endpoint)).many(50, 4, { body: { print: "scored for the studio's tests" } });
});
test.afterAll(async () => {
  await world.close();
});

async function settle(page: Page, at: string): Promise<void> {
  const answer = await page.goto(at, { waitUntil: "load" });
  expect(answer?.status(), at).toBe(200);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[data-skeleton]")).toHaveCount(0);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page in ${colorScheme} is accessible, quiet and fits 1440 and 360 pixels`, async ({ browser }) => {
    test.setTimeout(300_000);
    const context = await ownerContext(browser, world.product, { colorScheme, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const complaints = watchConsole(page);
    for (const at of [...general, `/models/${model}`, ...ofEndpoint.map((tail) => `/endpoints/${endpoint}${tail}`)]) {
      await test.step(at, async () => {
        await page.setViewportSize({ width: 1440, height: 900 });
        await settle(page, at);
        const file = `test-results/screens/${at.replace(endpoint, "name").replace(model, "name").replaceAll(/[/?=]/g, "_").slice(1)}-${colorScheme}`;
        await page.screenshot({ path: `${file}-1440.png` });
        expect.soft(await axeViolations(page), `axe at ${at}`).toEqual([]);
        await page.setViewportSize({ width: 360, height: 740 });
        expect.soft(await overflow(page), `pixels that stick out at ${at}`).toBe(0);
        await page.screenshot({ path: `${file}-360.png` });
      });
    }
    expect(complaints).toEqual([]);
    await context.close();
  });
}

test("a reader sees everything and changes nothing: the API refuses every write", async () => {
  const { token } = await world.api
    .call<{ token?: string; secret?: string }>("POST", "/tokens", { name: "reader of a test", role: "reader", expiresInDays: 1 })
    .then((made) => ({ token: made.secret ?? made.token ?? "" }));
  const { Api } = await import("../fixtures/api");
  const reader = new Api(world.product.studioUrl, token);
  const { generation } = await reader.endpoint(endpoint);
  const refused = { status: 403 };
  await expect(reader.createEndpoint(world.name("never"))).rejects.toMatchObject(refused);
  await expect(reader.call("PUT", `/endpoints/${endpoint}/traffic`, { generation, traffic: { blue: 100, green: 0 } })).rejects.toMatchObject(refused);
  await expect(reader.deleteEndpoint(endpoint)).rejects.toMatchObject(refused);
  await expect(reader.scale(endpoint, "blue", 1, 2)).rejects.toMatchObject(refused);
});
