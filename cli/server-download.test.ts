import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pack, type Pack } from "tar-stream";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CommandFailure } from "./project/failure";
import { downloadInto } from "./server-download";

let folder: string;
let server: Server;
/** Answers the next request. */
let answer: (archive: Pack) => void;
let status = 200;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "download-"));
  status = 200;
  server = createServer((request, response) => {
    if (status !== 200) {
      const error = { kind: "not_found", code: "deployment.not_found", message: "There is no deployment.", fields: [], requestId: "r" };
      response.writeHead(status).end(JSON.stringify({ error }));
      return;
    }
    expect(request.headers.authorization).toBe("Bearer secret");
    const archive = pack();
    archive.on("error", () => response.destroy());
    archive.pipe(response);
    answer(archive);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const fetchIt = () =>
  downloadInto({ url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, token: "secret" }, "/project", path.join(folder, "into"));

async function refusal(): Promise<string> {
  const failure: unknown = await fetchIt().then(
    () => null,
    (error: unknown) => error,
  );
  if (!(failure instanceof CommandFailure)) throw new Error(`not refused: ${String(failure)}`);
  return `${failure.message} ${failure.remedy}`;
}

it("unpacks what a server sends, and never writes over a file that is there", async () => {
  answer = (archive) => {
    archive.entry({ name: "demo-blue/deployment.yml" }, "name: blue\n");
    archive.entry({ name: "demo-blue/model/empty" }, "");
    archive.finalize();
  };
  expect(await fetchIt()).toBe(2);
  const file = path.join(folder, "into/demo-blue/deployment.yml");
  expect(readFileSync(file, "utf8")).toBe("name: blue\n");
  writeFileSync(file, "mine");
  expect(await refusal()).toContain("deployment.yml exists. Name an empty folder with --to");
  expect(readFileSync(file, "utf8")).toBe("mine");
});

it.each(["../outside", "/tmp/outside", "a/../../outside"])("refuses the path %s", async (name) => {
  answer = (archive) => {
    archive.entry({ name }, "x");
    archive.finalize();
  };
  expect(await refusal()).toContain("lies outside");
});

it("says that a download broke off, and what the server refused", async () => {
  answer = (archive) => {
    archive.entry({ name: "good" }, "x");
    archive
      .entry({ name: "cut", size: 100_000 })
      .on("error", () => undefined)
      .write("begun");
    setTimeout(() => archive.destroy(new Error("damaged")), 50);
  };
  expect(await refusal()).toMatch(/broke off after 1 files/);
  status = 404;
  expect(await refusal()).toContain("There is no deployment.");
});
