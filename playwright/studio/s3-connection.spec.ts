import { PutObjectCommand } from "@aws-sdk/client-s3";
import { connectS3 } from "#server/artifacts/s3/bucket";
import { startTestS3 } from "#server/testing/s3";
import { watchConsole } from "../fixtures/console-guard";
import { filesOf, openForm, startImport } from "../fixtures/pages/imports";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";

test("a connection to S3 storage is made, tried and used by an import", async ({ browser, world }) => {
  test.setTimeout(240_000);
  const s3 = await startTestS3();
  const bucket = await s3.createBucket();
  const client = connectS3(bucket);
  for (const key of ["churn/model.pkl", "churn/extra/labels.txt"]) await client.send(new PutObjectCommand({ Bucket: bucket.bucket, Key: key, Body: key }));
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "s3-connection");
  const connection = world.name("storage");
  try {
    await page.goto("/settings?tab=connections");
    await page.getByRole("button", { name: "New connection" }).click();
    const dialog = page.getByRole("dialog", { name: "New connection" });
    await dialog.getByText("S3 storage", { exact: true }).click();
    await dialog.getByLabel("Name", { exact: true }).fill(connection);
    await dialog.getByLabel("Address", { exact: true }).fill("s3.example.com");
    await dialog.getByLabel("Region").fill("Not a region");
    await expect(dialog.getByText("Use the name of a region, such as eu-central-1.")).toBeVisible();
    await dialog.getByLabel("Region").fill("us-east-1");
    await dialog.getByLabel("Access key id").fill(s3.accessKeyId);
    await dialog.getByLabel("Secret access key").fill("not the secret");
    await dialog.getByRole("button", { name: "Add" }).click();
    await expect(dialog.getByRole("alert")).toContainText("is not the address of S3-compatible storage");
    await look("refused");
    await dialog.getByLabel("Address", { exact: true }).fill(s3.endpoint);
    await dialog.getByRole("button", { name: "Add" }).click();
    const row = page.getByRole("row").filter({ hasText: connection });
    await expect(row).toContainText(`S3 storage, as ${s3.accessKeyId} in us-east-1`);
    await expect(row.getByText("Refused", { exact: true })).toBeVisible({ timeout: 60_000 });
    await expect(row).toContainText("The storage does not know these keys.");
    await row.getByRole("button", { name: "Replace credentials" }).click();
    const again = page.getByRole("dialog", { name: `New credentials for ${connection}` });
    await expect(again.getByLabel("Address", { exact: true })).toHaveValue(s3.endpoint);
    await again.getByLabel("Secret access key").fill(s3.secretAccessKey);
    await again.getByRole("button", { name: "Replace" }).click();
    await expect(row.getByText("Signed in", { exact: true })).toBeVisible({ timeout: 60_000 });
    await look("signed-in");

    const name = world.name("from-s3");
    const item = await openForm(page, name, "S3 storage");
    await page.getByLabel("Connection", { exact: true }).selectOption({ label: `${connection} (${s3.endpoint})` });
    await page.getByLabel("Bucket", { exact: true }).fill(bucket.bucket);
    await page.getByLabel("Key", { exact: true }).fill("churn/");
    await startImport(page);
    await expect(item.getByRole("link", { name: `${name}:1` })).toBeVisible({ timeout: 60_000 });
    expect(await filesOf(world, name)).toEqual(["extra/labels.txt", "model.pkl"]);
    await look("imported");

    await page.goto("/settings?tab=connections");
    await row.getByRole("button", { name: `Delete ${connection}` }).click();
    await expect(page.getByRole("dialog")).toContainText("nothing more can be imported with it");
    await page.getByRole("dialog").getByRole("textbox").fill(connection);
    await page.getByRole("button", { name: "Delete the connection" }).click();
    await expect(row).toHaveCount(0);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
    client.destroy();
    await s3.close();
  }
});
