import { axeViolations } from "../fixtures/axe";
import { watchConsole } from "../fixtures/console-guard";
import { Engine } from "../fixtures/engine";
import { readProduct } from "../fixtures/product-process";
import { signIn } from "../fixtures/sign-in";
import { expect, test } from "@playwright/test";

const product = readProduct();

test("a page behind the sign-in leads to it and back", async ({ page }) => {
  const complaints = watchConsole(page);
  await page.goto("/models");
  await expect(page).toHaveURL(/\/sign-in/);
  expect(await axeViolations(page)).toEqual([]);
  await page.getByLabel("E-mail").fill(product.email);
  await page.getByLabel("Password").fill(product.password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/models$/);
  expect(complaints).toEqual([]);
});

test("a wrong password is refused with a sentence, and too many attempts with another", async ({ page }) => {
  const email = `nobody-${String(process.pid)}@sluice.test`;
  await signIn(page, email, "not the password");
  await expect(page.getByText("E-mail and password do not go together.")).toBeVisible();
  for (let attempt = 0; attempt < 10; attempt += 1) {
    await page.getByLabel("Password").fill(`wrong ${String(attempt)}`);
    const answered = page.waitForResponse(/callback\/credentials/);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await answered;
  }
  await expect(page.getByText(/Too many attempts/)).toBeVisible();
});

test.afterAll(async () => {
  // The attempts of this file also count for this machine's address; other tests sign in from the same one.
  await new Engine(product).query("DELETE FROM rate_window");
});
