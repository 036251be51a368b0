import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { corsDefaults, noRoutingOptions, type RoutingOptions } from "#server/domain/routing-options/types";
import { serverRouting } from "./server-routing";

let folder: string;
let server: Server;
let held: RoutingOptions;
let asked: string[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sluice-routing-"));
  held = noRoutingOptions;
  asked = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
      if (request.method === "PUT") {
        const { generation, ...wish } = JSON.parse(body) as Partial<RoutingOptions> & { generation: number };
        expect(generation).toBe(4);
        held = { ...held, ...wish };
      }
      response.end(JSON.stringify({ name: "demo", generation: 4, routing: held }));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const fileOf = (text: string): string => {
  const file = path.join(folder, "routing.yml");
  writeFileSync(file, text);
  return file;
};
const run = (file?: string) => {
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return serverRouting({ url, token: "slp_x" }, "demo", file, new AbortController().signal);
};

it("prints what holds as YAML, and asks for nothing else", async () => {
  expect(await run()).toBe("sticky: null\ncors: null\npin_by: []\nmodel_errors: mapped\ncompression: false");
  expect(asked).toEqual(["GET /api/v1/endpoints/demo"]);
});

it("puts a file in force upon the generation that it read, and what it prints can be put again", async () => {
  const printed = await run(fileOf("sticky: { by: cookie, name: visitor, set_cookie: true }\ncors:\n  origins: [https://app.example]\n"));
  const wished = { sticky: { by: "cookie", name: "visitor", setCookie: true }, cors: { ...corsDefaults, origins: ["https://app.example"] } };
  expect(held).toEqual({ ...noRoutingOptions, ...wished });
  expect(asked).toEqual(["GET /api/v1/endpoints/demo", "PUT /api/v1/endpoints/demo/routing"]);
  held = noRoutingOptions;
  expect(await run(fileOf(printed))).toBe(printed);
  expect(held).toEqual({ ...noRoutingOptions, ...wished });
});

it("leaves what a file leaves out", async () => {
  held = { ...noRoutingOptions, sticky: { by: "header", name: "x-user-id", setCookie: false } };
  expect(await run(fileOf("pin_by: [path]\nmodel_errors: unchanged\ncompression: true"))).toContain("name: x-user-id");
  expect(held).toMatchObject({ pinBy: ["path"], modelErrors: "unchanged", compression: true });
});

it("refuses a file with what is wrong in it before the server is asked", async () => {
  await expect(run(fileOf("cors: { origins: [app.example] }"))).rejects.toMatchObject({
    message: expect.stringContaining("cors.origins.0: app.example is no origin") as string,
    remedy: expect.stringContaining("https://app.example.com") as string,
  });
  await expect(run(fileOf("- ["))).rejects.toThrow("is no YAML");
  await expect(run(path.join(folder, "none.yml"))).rejects.toThrow("cannot be read");
  expect(asked).toEqual([]);
});
