import { expect, test } from "@playwright/test";
import { freePort } from "#server/testing/free-ports";
import { watchConsole } from "../fixtures/console-guard";
import { owner } from "../fixtures/large-upload";
import { readProduct } from "../fixtures/product-process";
import { screensOf } from "../fixtures/screens";
import { ownerContext, signIn } from "../fixtures/sign-in";
import { createStudioDatabase, startStudio, type StudioDatabase, type StudioProcess } from "../fixtures/studio-process";

const product = readProduct();
const refusal = "endpoints.2.limits: this gateway does not know limits";

test("the product's own gateway is connected, runs the newest revision and tells how long it took", async ({ browser }) => {
  const context = await ownerContext(browser, product);
  const page = await context.newPage();
  await page.goto("/compute");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Gateways" }).click();
  await expect(page.getByText("Connected", { exact: true })).toBeVisible();
  await expect(page.getByText(/^\d+, the newest$/)).toBeVisible();
  await expect(page.getByText(/ in the middle, .* at p99$/)).toBeVisible();
  await context.close();
});

test.describe("of three gateways", () => {
  let database: StudioDatabase;
  let studio: StudioProcess;

  /** Rows as the control plane keeps them: one gateway that follows, one that was cut off, one that refused. */
  test.beforeAll(async () => {
    database = await createStudioDatabase(product, owner.email, owner.password);
    await database.query(`INSERT INTO routing_revision (revision, document, digest, cause, created_at)
      SELECT n, '{"endpoints": []}', md5(n::text), '', now() - (20 - n) * interval '1 minute' FROM generate_series(1, 12) n`);
    await database.query(`INSERT INTO gateway_node (id, name, token_hash, proxy_version, address, last_seen_at, applied_revision, refused_revision, refused_reason, in_flight) VALUES
      ('gw_east', 'east', 'a', '3.4.7', '192.0.2.10:8443', now() + interval '1 hour', 12, NULL, NULL, '{"observedAt": 1, "instances": {"ins_a": 5, "ins_b": 3}, "queuedByDeployment": {"dep_a": 2}}'),
      ('gw_west', 'west', 'b', '3.4.7', '192.0.2.11:8443', now() - interval '9 minutes', 9, NULL, NULL, '{}'),
      ('gw_north', 'north', 'c', '3.4.6', '192.0.2.12:8443', now() + interval '1 hour', 11, 12, '${refusal}', '{"shedLogLines": 40}')`);
    await database.query(`INSERT INTO gateway_acknowledgement (gateway_id, revision, outcome, reason, digest, applied_at)
      SELECT g.id, r.revision, CASE WHEN r.revision > g.applied_revision THEN 'refused' ELSE 'applied' END, CASE WHEN r.revision > g.applied_revision THEN g.refused_reason ELSE '' END,
        '', r.created_at + r.revision * interval '7 milliseconds' FROM gateway_node g JOIN routing_revision r ON r.revision <= coalesce(g.refused_revision, g.applied_revision)`);
    studio = await startStudio(product, database, { port: await freePort(), settings: {} });
  });
  test.afterAll(async () => {
    await studio.stop();
    await database.drop();
  });

  test("each tells what it runs and carries, the one that is cut off since when, and the one that refused why", async ({ browser }) => {
    const context = await browser.newContext({ baseURL: studio.url });
    const page = await context.newPage();
    const complaints = watchConsole(page);
    await signIn(page, owner.email, owner.password);
    await page.waitForURL(/\/endpoints$/);
    await page.goto("/gateways");
    await expect(page.getByText("3 gateways, 1 cut off.")).toBeVisible();
    await expect(page.getByText("42 ms in the middle, 84 ms at p99")).toBeVisible();
    await expect(page.getByText("8 requests")).toBeVisible();
    await expect(page.getByText("9, 3 revisions behind")).toBeVisible();
    await expect(page.getByRole("note").filter({ hasText: "what it runs may be old" })).toContainText("Last heard of 9 min ago");
    await expect(page.getByRole("alert").filter({ hasText: "Revision 12 was refused." })).toContainText(refusal);
    const look = screensOf(page, "gateways");
    await look("three");
    await page.getByText("Last 12 acknowledgements").last().click();
    await expect(page.getByRole("region", { name: "Acknowledgements of north" }).getByRole("row").nth(1)).toContainText("refused");
    await look("acknowledgements");
    expect(complaints).toEqual([]);
    await context.close();
  });
});
