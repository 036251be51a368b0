import type { EndpointTokenDto } from "#server/contract/endpoint";
import { watchConsole } from "../fixtures/console-guard";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import { until } from "../fixtures/until";
import type { World } from "../fixtures/world";

/** What the gateway answers to a call with that credential. */
async function outcome(world: World, endpoint: string, credential: string): Promise<string> {
  const answer = await (await world.scorer(endpoint, credential)).score();
  return answer.status === 200 ? "200" : `${String(answer.status)} ${answer.headers["x-ms-error-code"] ?? ""}`;
}

test("a live endpoint changes from keys to tokens without a refused call, and the console calls with a token of its own", async ({ browser, world }) => {
  test.setTimeout(300_000);
  const endpoint = await world.serve("tokens", { blue: 100 });
  const { primaryKey } = await world.api.keys(endpoint);
  const context = await ownerContext(browser, world.product, { viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "tokens");

  await test.step("the sign-in is changed on the settings page, keys go on for the overlap", async () => {
    await page.goto(`/endpoints/${endpoint}/settings`);
    await page.getByLabel("Tokens of Sluice").check({ force: true });
    await look("choice");
    await page.getByRole("button", { name: "Change the sign-in" }).click();
    await expect(page.getByRole("dialog")).toContainText("go on for 1 hour");
    await look("confirm");
    await page.getByRole("dialog").getByRole("button", { name: "Change the sign-in" }).click();
    await expect(page.getByText("Callers with keys are still accepted")).toBeVisible();
    expect(await outcome(world, endpoint, primaryKey)).toBe("200");
    await look("changed");
  });

  let token = "";
  await test.step("a token is fetched on the consume page, and counts beside the key", async () => {
    await page.goto(`/endpoints/${endpoint}/consume`);
    await page.getByRole("button", { name: "Fetch a token" }).click();
    const shown = page.getByRole("region", { name: "token", exact: true });
    await expect(shown).toContainText(/^ey/);
    token = (await shown.innerText()).trim();
    await until("the token to be taken", async () => (await outcome(world, endpoint, token)) === "200", { limitMs: 10_000 });
    expect(await outcome(world, endpoint, primaryKey)).toBe("200");
    await expect(page.getByText("Show the keys")).toHaveCount(0);
    await look("consume");
    await page.goto(`/endpoints/${endpoint}/keys`);
    await expect(page.getByText("Callers of this endpoint have tokens")).toBeVisible();
    await look("keys");
  });

  await test.step("without an overlap keys are refused, the token and the console go on, and the row names the caller", async () => {
    const { generation } = await world.api.endpoint(endpoint);
    const back = await world.api.call<{ generation: number }>("PATCH", `/endpoints/${endpoint}`, { generation, authMode: "key" });
    await world.api.call("PATCH", `/endpoints/${endpoint}`, { generation: back.generation, authMode: "aml_token", authOverlapSeconds: 0 });
    await until("keys to be refused", async () => (await outcome(world, endpoint, primaryKey)) === "401 TokenInvalid", { limitMs: 10_000 });
    expect(await outcome(world, endpoint, token)).toBe("200");
    const fetched = await world.api.call<EndpointTokenDto>("POST", `/endpoints/${endpoint}/token`);
    expect(await outcome(world, endpoint, fetched.accessToken)).toBe("200");
    await page.goto(`/endpoints/${endpoint}/test`);
    await page.getByLabel("Body", { exact: true }).fill('{"echo": "by token"}');
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByLabel("Answer", { exact: true })).toContainText("by token", { timeout: 30_000 });
    const rows = () => world.api.call<{ items: { subject: string; keyName: string }[] }>("GET", `/endpoints/${endpoint}/requests`);
    await until("the row", async () => (await rows()).items.some(({ subject, keyName }) => /^usr_/.test(subject) && keyName === ""), {
      limitMs: 60_000,
      everyMs: 1000,
    });
  });

  await test.step("who called stands on the keys page", async () => {
    await page.goto(`/endpoints/${endpoint}/keys`);
    await expect(page.getByRole("region", { name: "Newest calls" }).getByText(/^usr_/).first()).toBeVisible({ timeout: 30_000 });
    await look("callers");
  });
  expect(complaints).toEqual([]);
  await context.close();
});
