import { expect, test, type Browser, type Page } from "@playwright/test";
import { freePort, freePorts } from "#server/testing/free-ports";
import { axeViolations } from "../fixtures/axe";
import { startOidcProvider, type OidcProvider, type ProviderPerson } from "../fixtures/oidc-provider";
import { readProduct } from "../fixtures/product-process";
import { signIn } from "../fixtures/sign-in";
import { createStudioDatabase, startStudio, type StudioDatabase, type StudioProcess } from "../fixtures/studio-process";

const owner = { email: "owner@example.com", password: "correct horse battery staple" };
const product = readProduct();
let database: StudioDatabase;
let provider: OidcProvider;
let ports: readonly number[];
const studios: StudioProcess[] = [];
/** As a company with a provider of its own runs it: whoever is known there comes in, local accounts stay apart. */
let open: StudioProcess;
/** As one behind a public provider runs it: only people of the list, connected by their verified address. */
let closed: StudioProcess;

async function studio(index: number, settings: Readonly<Record<string, string>>): Promise<StudioProcess> {
  const oidc = { SLUICE_OIDC_ISSUER: provider.issuer, SLUICE_OIDC_CLIENT_ID: provider.clientId, SLUICE_OIDC_CLIENT_SECRET: provider.clientSecret };
  const started = await startStudio(product, database, { port: ports[index] ?? 0, settings: { ...oidc, SLUICE_OIDC_NAME: "Contoso", ...settings } });
  studios.push(started);
  return started;
}

test.beforeAll(async () => {
  ports = await freePorts(4);
  provider = await startOidcProvider(ports.map((port) => `http://127.0.0.1:${String(port)}/api/auth/callback/oidc`));
  database = await createStudioDatabase(product, owner.email, owner.password);
  open = await studio(0, {});
  closed = await studio(1, { SLUICE_OIDC_SIGN_UP: "0", SLUICE_OIDC_LINK_BY_EMAIL: "1" });
});

test.afterAll(async () => {
  await Promise.all(studios.map((started) => started.stop()));
  await provider.close();
  await database.drop();
});

let serial = 0;

/** Somebody new at the provider. */
function person(claims: Omit<ProviderPerson, "sub">): ProviderPerson {
  serial += 1;
  const made = { sub: `subject-${String(serial)}`, ...claims };
  provider.people.set(made.sub, made);
  return made;
}

async function pageAt(browser: Browser, at: StudioProcess): Promise<Page> {
  return (await browser.newContext({ baseURL: at.url })).newPage();
}

/** From the studio's sign-in page to the provider, through its page, and back. */
async function enter(page: Page, sub: string): Promise<void> {
  await page.goto("/models");
  await page.getByRole("button", { name: "Continue with Contoso" }).click();
  await page.getByLabel("Account").fill(sub);
  await page.getByRole("button", { name: "Continue" }).click();
}

async function isRefused(page: Page, sentence: RegExp): Promise<void> {
  await expect(page).toHaveURL(/\/sign-in\?/);
  await expect(page.getByText(sentence)).toBeVisible();
  expect((await page.request.get("/api/v1/me")).status()).toBe(401);
}

const me = async (page: Page): Promise<unknown> => (await page.request.get("/api/v1/me")).json();

test("a new person comes in as a reader, and is the same one the next time, whatever address the provider tells by then", async ({ browser }) => {
  const ada = person({ name: "Ada Lovelace", email: "Ada@example.com", email_verified: true });
  const page = await pageAt(browser, open);
  await enter(page, ada.sub);
  await expect(page).toHaveURL(/\/models$/);
  const first = (await me(page)) as { readonly id: string };
  expect(first).toMatchObject({ name: "Ada Lovelace", email: "ada@example.com", role: "reader" });

  provider.people.set(ada.sub, { ...ada, email: "countess@example.com" });
  const again = await pageAt(browser, open);
  await enter(again, ada.sub);
  await expect(again).toHaveURL(/\/models$/);
  expect(await me(again)).toMatchObject({ id: first.id, email: "ada@example.com" });
});

test("signing out everywhere ends the other browser's session at its next request", async ({ browser }) => {
  const grace = person({ name: "Grace Hopper", email: "grace@example.com", email_verified: true });
  const [here, there] = [await pageAt(browser, open), await pageAt(browser, open)];
  for (const page of [here, there]) {
    await enter(page, grace.sub);
    await expect(page).toHaveURL(/\/models$/);
  }
  await here.goto("/settings");
  await here.getByRole("button", { name: "Sign out everywhere" }).click();
  await here.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(here).toHaveURL(/\/sign-in/);
  expect((await there.request.get("/api/v1/me")).status()).toBe(401);
  await there.goto("/models");
  await expect(there).toHaveURL(/\/sign-in/);
});

test("an account here is not taken over by somebody who has its address at the provider", async ({ browser }) => {
  const page = await pageAt(browser, open);
  await enter(page, person({ name: "Mallory", email: owner.email, email_verified: true }).sub);
  await isRefused(page, /not connected with one here/);
  expect(await axeViolations(page)).toEqual([]);
  await signIn(page, owner.email, owner.password);
  await expect(page).toHaveURL(/\/endpoints$/);
  expect(await me(page)).toMatchObject({ email: owner.email, role: "owner" });
});

test("where the setting allows it, a verified address connects once: not an unverified one, nor the next person who gets the address", async ({ browser }) => {
  const attempts = [
    { claims: { name: "Unverified", email: owner.email, email_verified: false }, sentence: /has not verified your e-mail/ },
    { claims: { name: "Unsaid", email: owner.email }, sentence: /not connected with one here/ },
  ];
  for (const { claims, sentence } of attempts) {
    const page = await pageAt(browser, closed);
    await enter(page, person(claims).sub);
    await isRefused(page, sentence);
  }
  const page = await pageAt(browser, closed);
  await enter(page, person({ name: "The owner", email: owner.email, email_verified: true }).sub);
  await expect(page).toHaveURL(/\/models$/);
  expect(await me(page)).toMatchObject({ email: owner.email, role: "owner" });

  const next = await pageAt(browser, closed);
  await enter(next, person({ name: "Successor", email: owner.email, email_verified: true }).sub);
  await isRefused(next, /not connected with one here/);
});

test("people who are not on the list, whom the provider tells no address of, or who were disabled are told so", async ({ browser }) => {
  const stranger = await pageAt(browser, closed);
  await enter(stranger, person({ name: "Stranger", email: "stranger@example.com", email_verified: true }).sub);
  await isRefused(stranger, /not connected with one here/);
  expect(await database.query("SELECT 1 FROM user_account WHERE email = 'stranger@example.com'")).toEqual([]);

  const nameless = await pageAt(browser, open);
  await enter(nameless, person({ name: "Nameless" }).sub);
  await isRefused(nameless, /did not tell your e-mail/);

  const former = person({ name: "Former", email: "former@example.com", email_verified: true });
  const page = await pageAt(browser, open);
  await enter(page, former.sub);
  await expect(page).toHaveURL(/\/models$/);
  await database.query("UPDATE user_account SET disabled_at = now() WHERE email = 'former@example.com'");
  expect((await page.request.get("/api/v1/me")).status()).toBe(401);
  await page.context().clearCookies();
  await enter(page, former.sub);
  await isRefused(page, /account is disabled/);
});

test("giving up at the provider leads back to the form", async ({ browser }) => {
  const page = await pageAt(browser, open);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with Contoso" }).click();
  await page.getByRole("link", { name: "Cancel" }).click();
  await isRefused(page, /broken off at the provider/);
});

test("a wrong secret and a provider that is not there are named on the page, with the cause in the log alone", async ({ browser }) => {
  const secret = "not-the-secret-of-this-client";
  const wrong = await studio(2, { SLUICE_OIDC_CLIENT_SECRET: secret });
  const page = await pageAt(browser, wrong);
  await enter(page, person({ name: "Somebody", email: "somebody@example.com", email_verified: true }).sub);
  await isRefused(page, /provider and the studio do not agree/);
  expect(wrong.log()).toContain("invalid_client");
  expect(wrong.log()).not.toContain(secret);

  const nowhere = await studio(3, { SLUICE_OIDC_ISSUER: `http://127.0.0.1:${String(await freePort())}` });
  const other = await pageAt(browser, nowhere);
  await other.goto("/sign-in");
  await other.getByRole("button", { name: "Continue with Contoso" }).click();
  await isRefused(other, /provider could not be reached/);
  expect(await other.locator("body").innerText()).not.toMatch(/ECONNREFUSED|\bat .*:\d+|node_modules/);
  expect(nowhere.log()).toContain("ECONNREFUSED");
  await signIn(other, owner.email, owner.password);
  await expect(other).toHaveURL(/\/endpoints$/);
});
