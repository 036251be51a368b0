import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { limitPresets, noLimits } from "#server/domain/endpoint/limits";
import { serverLimits } from "./server-limits";

const refusals = { requestsPerSecond: 3, connections: 0, newConnectionsPerSecond: 0, bodyBytes: 0, uriBytes: 0, headerBytes: 0, slowCallerMs: 0 };
const use = {
  requestsPerSecond: 7, connections: 2, newConnectionsPerSecond: 1, bandwidthInBytesPerSecond: 0, bandwidthOutBytesPerSecond: 0, gateways: 1, observedAt: 5,
}; // prettier-ignore

let folder: string;
let server: Server;
let asked: string[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sluice-limits-"));
  asked = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      asked.push(`${request.method ?? ""} ${request.url ?? ""} ${body}`);
      const report = { limits: limitPresets.azure, preset: "azure", generation: 4, use, refusals };
      response.end(JSON.stringify(request.method === "PUT" ? { limits: { ...noLimits, connections: 9 } } : report));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (wish: Parameters<typeof serverLimits>[2]) => {
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return serverLimits({ url, token: "slp_x" }, "demo", wish, new AbortController().signal);
};

it("prints limits as YAML, with their present use and what they refused", async () => {
  const text = await run({});
  expect(text).toContain(
    "# now: 7 requests/s, 2 connections, 1 new connections/s\n# refused in the last hour by requestsPerSecond: 3\nrequests_per_second: 500\n",
  );
  expect(text).toContain("body_bytes: null");
  expect(asked).toEqual(["GET /api/v1/endpoints/demo/limits "]);
});

it("puts a preset and a file's limits in force, upon the generation that it read", async () => {
  const file = path.join(folder, "limits.yml");
  writeFileSync(file, "connections: 9\nbody_bytes: null\n");
  expect(await run({ preset: "none", file })).toContain("connections: 9");
  expect(asked[1]).toBe('PUT /api/v1/endpoints/demo/limits {"generation":4,"limits":{"connections":9,"bodyBytes":null},"preset":"none"}');
});

it("refuses a file with what is wrong in it before the server is asked", async () => {
  const file = path.join(folder, "limits.yml");
  writeFileSync(file, "conections: 9\n");
  await expect(run({ file })).rejects.toThrow("conections is no limit");
  await expect(run({ file: path.join(folder, "none.yml") })).rejects.toThrow("cannot be read");
  expect(asked).toEqual([]);
});
