import { X509Certificate } from "node:crypto";
import { request } from "node:https";
import { TLSSocket } from "node:tls";
import { certificateFor } from "../../server/testing/certificates";
import { watchConsole } from "../fixtures/console-guard";
import { screensOf } from "../fixtures/screens";
import { ownerContext, signIn } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import { until } from "../fixtures/until";

/** The fingerprint of what a caller of that name is shown, and what a call without a key is answered. */
const calledAt = (port: number, domain: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, servername: domain, method: "POST", path: "/score", headers: { host: domain }, agent: false };
    const sent = request({ ...options, rejectUnauthorized: false }, (response) => {
      response.resume();
      const shown = response.socket instanceof TLSSocket ? response.socket.getPeerX509Certificate()?.fingerprint256 : undefined;
      resolve(`${shown ?? ""} ${String(response.headers["x-ms-error-code"])}`);
    });
    sent.on("error", reject);
    sent.end("{}");
  });

const answerOf = ({ certificate }: { readonly certificate: string }): string => `${new X509Certificate(certificate).fingerprint256} Unauthorized`;

test("a domain is added with its certificate, gets the next one and is removed in the browser, and the gateway follows", async ({ browser, world }) => {
  test.setTimeout(180_000);
  const endpoint = await world.endpoint("domains");
  const domain = `${endpoint}.acme.example`;
  const [other, first, second] = [
    await certificateFor(["other.acme.example"]),
    await certificateFor([domain, "*.acme.example"], { days: 80 }),
    await certificateFor([domain], { days: 10 }),
  ];
  const serves = (pair: typeof first) =>
    until("the certificate at the gateway", async () => (await calledAt(world.product.gatewayPort, domain)) === answerOf(pair));
  const context = await ownerContext(browser, world.product, { viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "domains");
  await page.goto(`/endpoints/${endpoint}/domains`);
  await expect(page.getByText("No domain of its own yet")).toBeVisible();
  await look("empty");

  const row = page.getByRole("row").filter({ hasText: domain });
  await test.step("added: what does not fit is told at its field, and the key is read from a file", async () => {
    await page.getByRole("button", { name: "New domain" }).click();
    const dialog = page.getByRole("dialog", { name: "New domain" });
    await dialog.getByLabel("Domain", { exact: true }).fill(` ${domain.toUpperCase()}. `);
    await dialog.getByLabel("Certificate", { exact: true }).fill(other.certificate);
    await dialog.getByLabel("Private key from a file").setInputFiles({ name: "key.pem", mimeType: "text/plain", buffer: Buffer.from(other.privateKey) });
    await expect(dialog.getByLabel("Private key", { exact: true })).toHaveValue(other.privateKey);
    await dialog.getByRole("button", { name: "Add" }).click();
    await expect(dialog.getByText(`Is not for ${domain}. It carries DNS:other.acme.example.`)).toBeVisible();
    await expect(dialog.getByLabel("Certificate", { exact: true })).toHaveAttribute("aria-invalid", "true");
    await dialog.getByLabel("Private key", { exact: true }).fill("");
    await look("refused");
    await dialog.getByLabel("Certificate", { exact: true }).fill(first.certificate);
    await dialog.getByLabel("Private key", { exact: true }).fill(first.privateKey);
    await dialog.getByRole("button", { name: "Add" }).click();
    await expect(dialog).toBeHidden();
    await expect(row).toContainText("Ends in 79 days");
    await expect(row).toContainText("*.acme.example");
    await serves(first);
    await expect(row).toContainText("In force", { timeout: 15_000 });
    await look("in-force");
  });

  await test.step("replaced: nothing of the key before is left to see, and an end that is near is a warning", async () => {
    await row.getByRole("button", { name: `Actions for ${domain}` }).click();
    await page.getByRole("menuitem", { name: "Replace the certificate" }).click();
    const dialog = page.getByRole("dialog", { name: `Certificate of ${domain}` });
    await expect(dialog.getByLabel("Private key", { exact: true })).toHaveValue("");
    await dialog.getByLabel("Certificate", { exact: true }).fill(second.certificate);
    await dialog.getByLabel("Private key", { exact: true }).fill(second.privateKey);
    await dialog.getByRole("button", { name: "Replace" }).click();
    await expect(row).toContainText("Ends in 9 days");
    await serves(second);
    await expect(row).toContainText("In force", { timeout: 15_000 });
    await look("ends-soon");
  });

  await test.step("a reader sees it and can change nothing", async () => {
    const reader = { name: "Rosa Reader", email: `${endpoint}@example.com`, password: "a password of a reader", role: "reader" };
    await world.api.call("POST", "/people", reader);
    const theirs = await browser.newContext({ baseURL: world.product.studioUrl });
    const shown = await theirs.newPage();
    await signIn(shown, reader.email, reader.password);
    await shown.waitForURL(/\/endpoints$/);
    await shown.goto(`/endpoints/${endpoint}/domains`);
    await expect(shown.getByRole("row").filter({ hasText: domain })).toContainText("Ends in 9 days");
    for (const name of ["New domain", `Actions for ${domain}`]) await expect(shown.getByRole("button", { name })).toHaveCount(0);
    await theirs.close();
  });

  await test.step("removed once it is confirmed", async () => {
    await row.getByRole("button", { name: `Actions for ${domain}` }).click();
    await page.getByRole("menuitem", { name: "Remove" }).click();
    const dialog = page.getByRole("dialog", { name: `Remove ${domain}?` });
    await look("remove");
    await dialog.getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText("No domain of its own yet")).toBeVisible();
    await until(
      "no certificate at the gateway",
      async () => !(await calledAt(world.product.gatewayPort, domain)).startsWith(answerOf(second).split(" ")[0] ?? ""),
    );
  });
  expect(complaints).toEqual([]);
  await context.close();
});
