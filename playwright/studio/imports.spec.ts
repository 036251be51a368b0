import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { watchConsole } from "../fixtures/console-guard";
import { filesOf, openForm, startImport } from "../fixtures/pages/imports";
import { importFolder } from "../fixtures/product-process";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";

async function listening(answer: RequestListener): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, close };
}

test("a model is imported from an address with progress, and a failure says what failed", async ({ browser, world }) => {
  const half = Buffer.alloc(500_000, "a");
  let goOn = (): void => undefined;
  const server = await listening((request, response) => {
    if (request.url !== "/model.bin") return void response.writeHead(404).end();
    response.writeHead(200, { "content-length": half.length * 2 });
    response.write(half);
    goOn = () => response.end(half);
  });
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  const look = screensOf(page, "imports");
  try {
    const name = world.name("fetched");
    const item = await openForm(page, name, "Address");
    await expect(page.getByRole("button", { name: "Import", exact: true })).toBeDisabled();
    await page.getByRole("textbox", { name: "Address" }).fill(`${server.url}/model.bin`);
    await startImport(page);
    await expect(item.getByRole("progressbar")).toBeVisible({ timeout: 60_000 });
    await look("progress");
    goOn();
    await expect(item.getByRole("link", { name: `${name}:1` })).toBeVisible({ timeout: 60_000 });
    expect(await filesOf(world, name)).toEqual(["model.bin"]);

    const lost = world.name("lost");
    const failed = await openForm(page, lost, "Address");
    await page.getByRole("textbox", { name: "Address" }).fill(`${server.url}/nothing.bin`);
    await startImport(page);
    await expect(failed.getByText("Failed", { exact: true })).toBeVisible({ timeout: 60_000 });
    await expect(failed).toContainText("404");
    await look("failed");
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
    await server.close();
  }
});

test("a model is imported from an allowed folder of the server, and from no other", async ({ browser, world }) => {
  const name = world.name("from-folder");
  const folder = path.join(importFolder, name);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  writeFileSync(path.join(folder, "weights.bin"), "weights");
  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  try {
    const item = await openForm(page, name, "Folder of the server");
    await expect(page.getByText(`Allowed: ${importFolder}`)).toBeVisible();
    await page.getByLabel("Path on the server").fill("/etc");
    await startImport(page);
    await expect(page.getByRole("alert").filter({ hasText: "/etc" })).toContainText("import.path_refused");
    await page.getByLabel("Path on the server").fill(folder);
    await startImport(page);
    await expect(item.getByRole("link", { name: `${name}:1` })).toBeVisible({ timeout: 60_000 });
    expect(await filesOf(world, name)).toEqual(["weights.bin"]);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
