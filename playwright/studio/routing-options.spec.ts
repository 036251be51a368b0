import type { Browser, BrowserContext } from "@playwright/test";
import { serveCallingPage } from "../fixtures/calling-page";
import { watchConsole } from "../fixtures/console-guard";
import { screensOf } from "../fixtures/screens";
import { signIn } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import type { World } from "../fixtures/world";

async function contextOf(browser: Browser, world: World, role: "contributor" | "reader"): Promise<BrowserContext> {
  const person = { name: "Rosa Routing", email: `${world.name(role)}@example.com`, password: `a password of a ${role}`, role };
  await world.api.call("POST", "/people", person);
  const context = await browser.newContext({ baseURL: world.product.studioUrl, colorScheme: "light", viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await signIn(page, person.email, person.password);
  await page.waitForURL(/\/endpoints$/);
  await page.close();
  return context;
}

test("where calls go is set in the browser, and a page of another origin is answered once its origin is allowed", async ({ browser, world }) => {
  test.setTimeout(240_000);
  const endpoint = await world.serve("routed", { blue: 100 });
  const scorer = await world.scorer(endpoint);
  const { primaryKey } = await world.api.keys(endpoint);
  const site = await serveCallingPage(`${world.product.gatewayUrl}/endpoints/${endpoint}/score`, primaryKey);
  // The gateway's certificate is of the product's own authority, which no browser knows.
  const strangers = await browser.newContext({ ignoreHTTPSErrors: true });
  const caller = await strangers.newPage();
  const told: string[] = [];
  caller.on("console", (message) => told.push(message.text()));
  // A browser also breaks a call off when a network of the host comes or goes: such a call is made again, and its failure is not taken for a refusal.
  const call = (outcome: string) => async () => {
    await caller.getByRole("button", { name: "Call" }).click();
    await expect(caller.getByRole("status")).toContainText(outcome, { timeout: 5000 });
  };
  const context = await contextOf(browser, world, "contributor");
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "routing-options");
  const form = page.getByRole("form", { name: "Where calls go" });
  const apply = form.getByRole("button", { name: "Apply" });
  const origins = form.getByLabel("Allowed origins");
  const failed = async () => {
    const { status, headers } = await scorer.score({ body: { delay_ms: "long" } });
    return [status, headers["ms-azureml-model-error-statuscode"]];
  };
  const held = form.getByText(/^All of this is in force/);

  await test.step("all of it is off at first, and the browser keeps the page's call back", async () => {
    await page.goto(`/endpoints/${endpoint}/settings`);
    await expect(held).toBeVisible();
    await expect(apply).toBeDisabled();
    expect(await failed()).toEqual([424, "500"]);
    await look("off");
    await caller.goto(site.origin);
    await expect(async () => {
      await call("refused by the browser")();
      expect(told.join()).toContain("blocked by CORS policy");
    }).toPass({ timeout: 30_000 });
  });

  await test.step("a wrong origin is told with what to write, and nothing can be sent", async () => {
    await form.getByText("Claim", { exact: true }).click();
    await expect(form.getByLabel("Claim's name")).toHaveValue("sub");
    await form.getByText("Cookie", { exact: true }).click();
    await expect(form.getByLabel("Cookie's name")).toHaveValue("visitor");
    await form.getByLabel("The gateway gives the cookie").check();
    await form.getByLabel("Pages of other origins may call").check();
    await origins.fill("app.example.com");
    await expect(form.getByText("Refused: app.example.com is no origin.")).toBeVisible();
    await expect(apply).toBeDisabled();
    await look("refused");
  });

  await test.step("what is set comes into force and is there after a reload", async () => {
    await origins.fill(site.origin);
    await form.getByLabel("By the path").check();
    await form.getByText("Unchanged", { exact: true }).click();
    await form.getByLabel("Compress answers").check();
    await expect(form.getByText("Not in force yet.")).toBeVisible();
    await apply.click();
    await expect(page.getByText("Where calls go was changed.")).toBeVisible();
    await expect(held).toBeVisible();
    await page.reload();
    await expect(form.getByRole("radio", { name: "Cookie" })).toBeChecked();
    await expect(form.getByLabel("Cookie's name")).toHaveValue("visitor");
    await expect(form.getByLabel("The gateway gives the cookie")).toBeChecked();
    await expect(origins).toHaveValue(site.origin);
    await expect(form.getByLabel("By the path")).toBeChecked();
    await expect(form.getByLabel("By the host name")).not.toBeChecked();
    await expect(form.getByRole("radio", { name: "Unchanged" })).toBeChecked();
    await expect(form.getByLabel("Compress answers")).toBeChecked();
    await look("in-force");
  });

  await test.step("the page is answered now, and callers without the cookie are given one", async () => {
    await expect(call("answered 200")).toPass({ timeout: 30_000 });
    expect((await scorer.score()).headers["set-cookie"]).toMatch(/^visitor=/);
  });

  await test.step("and the model's own error keeps its status", async () => {
    expect(await failed()).toEqual([500, "500"]);
  });
  expect(complaints).toEqual([]);
  for (const opened of [context, strangers]) await opened.close();
  await site.close();
});

test("a reader sees where calls go and can change nothing of it", async ({ browser, world }) => {
  const endpoint = await world.endpoint("read-routing");
  const { generation } = await world.api.endpoint(endpoint);
  await world.api.call("PUT", `/endpoints/${endpoint}/routing`, { generation, sticky: { by: "header", name: "x-user-id" } });
  const context = await contextOf(browser, world, "reader");
  const page = await context.newPage();
  await page.goto(`/endpoints/${endpoint}/settings`);
  const form = page.getByRole("form", { name: "Where calls go" });
  await expect(form.getByLabel("Header's name")).toHaveValue("x-user-id");
  await expect(form.getByText(/a contributor changes them/)).toBeVisible();
  for (const control of [form.getByLabel("Header's name"), form.getByLabel("Pages of other origins may call"), form.getByRole("button", { name: "Apply" })])
    await expect(control).toBeDisabled();
  for (const name of ["Cookie", "Unchanged"]) await expect(form.getByRole("radio", { name })).toBeDisabled();
  await context.close();
});
