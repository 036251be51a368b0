import { watchConsole } from "../fixtures/console-guard";
import { ownerContext, signIn } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";

const password = "a token that nobody may see again";
// Nothing listens there: what a sign-in comes to is known at once, without a registry.
const nowhere = "127.0.0.1:9";

test("credentials of a registry are kept, tried, replaced and forgotten, and never shown again", async ({ browser, world }) => {
  const name = world.name("team");
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const answers: string[] = [];
  page.on(
    "response",
    (response) =>
      void response.text().then(
        (text) => answers.push(text),
        () => undefined,
      ),
  );
  await page.goto("/settings?tab=connections");

  await test.step("an address that is none is refused in the form, before anything is kept", async () => {
    await page.getByRole("button", { name: "New connection" }).click();
    const dialog = page.getByRole("dialog", { name: "New connection" });
    await dialog.getByLabel("Name", { exact: true }).fill(name);
    await dialog.getByRole("textbox", { name: "Registry" }).fill("not a registry");
    await dialog.getByLabel("User name").fill("robot");
    await dialog.getByLabel("Password or token").fill(password);
    await dialog.getByRole("button", { name: "Add" }).click();
    await expect(dialog.getByRole("alert")).toContainText("is not the address of a registry");
    await dialog.getByRole("textbox", { name: "Registry" }).fill(nowhere);
    await dialog.getByRole("button", { name: "Add" }).click();
    await expect(dialog).toHaveCount(0);
  });

  const row = page.getByRole("row").filter({ hasText: name });
  await test.step("it is tried, and what came of it stands in the list without a reload", async () => {
    await expect(row).toContainText(nowhere);
    await expect(row).toContainText("registry, as robot");
    await expect(row.getByText("Not reached")).toBeVisible({ timeout: 60_000 });
    await row.getByRole("button", { name: `Check ${name}` }).click();
    await expect(row.getByText("Not reached")).toBeVisible({ timeout: 60_000 });
  });

  await test.step("new credentials start from the name and address, with the password to be typed", async () => {
    await row.getByRole("button", { name: "Replace credentials" }).click();
    const dialog = page.getByRole("dialog", { name: `New credentials for ${name}` });
    await expect(dialog.getByRole("textbox", { name: "Registry" })).toHaveValue(nowhere);
    await expect(dialog.getByLabel("Password or token")).toHaveValue("");
    await dialog.getByLabel("User name").fill("second-robot");
    await dialog.getByLabel("Password or token").fill(`${password} 2`);
    await dialog.getByRole("button", { name: "Replace" }).click();
    await expect(row).toContainText("as second-robot");
  });

  await test.step("a reader sees it and can change nothing", async () => {
    const reader = { name: "Rosa Reader", email: `${name}@example.com`, password: "a password of a reader", role: "reader" };
    await world.api.call("POST", "/people", reader);
    const other = await browser.newContext({ baseURL: world.product.studioUrl });
    const theirs = await other.newPage();
    await signIn(theirs, reader.email, reader.password);
    await theirs.waitForURL(/\/endpoints$/);
    await theirs.goto("/settings?tab=connections");
    await expect(theirs.getByRole("row").filter({ hasText: name })).toContainText(nowhere);
    for (const action of ["New connection", "Check", "Replace credentials", "Delete"])
      await expect(theirs.getByRole("button", { name: action })).toHaveCount(0);
    await other.close();
  });

  await test.step("it is deleted by its name", async () => {
    await row.getByRole("button", { name: `Delete ${name}` }).click();
    const dialog = page.getByRole("dialog", { name: `Delete ${name}` });
    await dialog.getByRole("textbox").fill(name);
    await dialog.getByRole("button", { name: "Delete the connection" }).click();
    await expect(row).toHaveCount(0);
  });
  expect(answers.join("\n")).not.toContain(password);
  expect(complaints).toEqual([]);
  await context.close();
});
