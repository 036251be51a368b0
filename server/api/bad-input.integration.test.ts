import { readdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemSchema, type ActionResult } from "#server/contract/common";
import { newId } from "#server/kernel/ids";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildCode, buildDeployment, buildEndpoint, buildEnvironmentVersion, buildHost, buildInstance, buildModelVersion } from "#server/testing/builders";

type Values = Readonly<Record<string, unknown>>;
type Handler = (request: Request, route: { readonly params: Promise<Values> }) => Promise<Response>;
type Action = (input: unknown) => Promise<ActionResult<unknown>>;

const root = fileURLToPath(new URL("../../", import.meta.url));
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

let world: ApiWorld;
/** What a well-meaning caller sends, by field name; every case spoils some of it. */
let good: Values = {};

async function buildGood(): Promise<Values> {
  const { store } = world.database;
  const endpoint = await buildEndpoint(store, world.workspaceId, { name: "fuzzed" });
  const environment = await buildEnvironmentVersion(store, world.workspaceId);
  const code = await buildCode(store, world.workspaceId);
  const model = await buildModelVersion(store, world.workspaceId, { name: "fuzzed" });
  const deployment = await buildDeployment(store, endpoint);
  await buildInstance(store, deployment, (await buildHost(store)).id, { state: "Running", ready: true });
  const now = world.clock.now();
  return {
    endpoint: "fuzzed", deployment: "blue", name: "fuzzed", version: 1, id: model.id, userId: newId("user"), buildId: newId("build"), index: 0, generation: 1,
    confirmName: "not-this", description: "text", tags: { team: "a" }, authMode: "key", authOverlapSeconds: 60, traffic: { blue: 100 }, mirrorTraffic: { blue: 10 }, tolerance: 0.001, sticky: { by: "header", name: "x-user", setCookie: false }, cors: { origins: ["*"] }, pinBy: ["path"], modelErrors: "unchanged", compression: true, preset: "azure", limits: { bodyBytes: 1000 }, keyType: "primary", keyValue: undefined,
    model: model.id, code: code.id, scoringScript: "score.py", environment: environment.id, environmentVariables: { A: "1" }, instanceType: "sluice.nano", instanceCount: 1,
    requestSettings: { requestTimeoutMs: 5000 }, livenessProbe: {}, readinessProbe: {}, modelMountPath: "/models", body: "{}", contentType: "application/json",
    content: { rootName: "model", uploads: [{ uploadId: newId("upload"), path: "model.pkl" }], unpack: false }, image: "python:3.11", condaFile: null, requirements: null,
    inferenceConfig: null, build: false, fileName: "model.pkl", sizeBytes: 10, role: "reader", expiresInDays: 30, email: "new@example.com", password: "a long password",
    current: "old password", next: "a longer password", disabled: false, metric: "latency", from: now - 3_600_000, to: now, stepMs: 60_000, splitBy: "deployment",
    container: "inference-server", limit: 10, after: "0", before: now, status: "any",
  }; // prettier-ignore
}

/** Values that break parsers, columns and arithmetic. */
const nasty: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      "",
      " ",
      "\u0000",
      "a\u0000b",
      "\ud800",
      "x\udfff",
      "__proto__",
      "constructor",
      "%",
      "../../etc/passwd",
      "'; DROP TABLE endpoint; --",
      "💥".repeat(300),
      "a".repeat(100_000),
    ),
  },
  { weight: 3, arbitrary: fc.constantFrom<unknown>(0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 8.64e15 + 1, 1e308, 9_007_199_254_740_991) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], { "": "" }, { "\u0000": "x" }, { constructor: 100 }, { a: "\u0000" }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 50 }) },
);

/** A good input with one to three fields spoiled, at the top or one level below. */
const spoiled = fc.array(fc.tuple(fc.nat(), nasty, fc.boolean(), fc.nat()), { minLength: 1, maxLength: 3 }).map((spoils) => (input: Values): Values => {
  const out: Record<string, unknown> = { ...input };
  for (const [pick, value, deep, inner] of spoils) {
    const names = Object.keys(out);
    const name = names[pick % names.length] ?? "name";
    const held = out[name];
    const fields = typeof held === "object" && held !== null && !Array.isArray(held) ? Object.keys(held) : [];
    const field = fields[inner % Math.max(1, fields.length)];
    out[name] = deep && field !== undefined ? { ...(held as Values), [field]: value } : value;
  }
  return out;
});

async function modulesBelow(folder: string, fits: (name: string) => boolean): Promise<string[]> {
  const entries = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && fits(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

function isProblem(body: string): boolean {
  try {
    return problemSchema.safeParse(JSON.parse(body)).success;
  } catch {
    return false;
  }
}

const toText = (value: unknown): string => (typeof value === "string" || value === undefined ? (value ?? "") : JSON.stringify(value));

function requestOf(method: string, input: Values, headers: Readonly<Record<string, string>>): Request {
  const url = new URL("http://127.0.0.1:3000/api/v1/fuzz");
  if (method === "GET") {
    for (const [name, value] of Object.entries(input)) if (value !== undefined && value !== null) url.searchParams.set(name, toText(value).slice(0, 4000));
    return new Request(url, { method, headers });
  }
  return new Request(url, { method, headers, body: JSON.stringify(input) });
}

/** Path parameters arrive as text, decoded; Next never gives an empty one. */
const paramsOf = (file: string, input: Values): Values =>
  Object.fromEntries([...file.matchAll(/\[(\w+)\]/g)].map(([, name = ""]) => [name, toText(input[name]) || "x"]));

beforeAll(async () => {
  world = await createApiWorld();
  good = await buildGood();
});
afterAll(() => world.close());

const runs = 25;

describe("bad input", () => {
  it("is answered by every route with a typed problem and never with a 500", { timeout: 240_000 }, async () => {
    const files = await modulesBelow("app/api/v1", (name) => name === "route.ts");
    expect(files.length).toBeGreaterThan(40);
    for (const file of files) {
      const handlers = (await import(file)) as Partial<Record<(typeof methods)[number], Handler>>;
      const { actor } = await world.as("owner");
      const headers = { authorization: `Bearer ${await world.tokenFor(actor)}`, "x-sluice-sha256": "0".repeat(64) };
      for (const method of methods) {
        const handler = handlers[method];
        if (handler === undefined) continue;
        await fc.assert(
          fc.asyncProperty(spoiled, async (spoil) => {
            const input = spoil(good);
            const response = await handler(requestOf(method, input, headers), { params: Promise.resolve(paramsOf(file, input)) });
            // Read to its end also where it is a download, which nothing spoiled here may break off.
            const body = await response.text();
            if (response.status >= 400) expect(isProblem(body), `${method} ${file}: ${body}`).toBe(true);
            expect(response.status, `${method} ${file}: ${world.errors.at(-1) ?? ""}`).not.toBe(500);
          }),
          { numRuns: runs },
        );
      }
    }
  });

  it("is answered by every action with a value, and never as an internal error", { timeout: 240_000 }, async () => {
    const files = await modulesBelow("server/actions", (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
    for (const file of files) {
      const actions = (await import(file)) as Record<string, Action>;
      for (const [name, action] of Object.entries(actions)) {
        await fc.assert(
          fc.asyncProperty(
            fc.oneof(
              spoiled.map((spoil) => () => spoil(good)),
              nasty.map((value) => () => value),
            ),
            async (inputOf) => {
              const { actor } = await world.as("owner");
              await world.browse(actor);
              const result = await action(inputOf());
              expect(result.ok || result.error.kind !== "internal", `${name}: ${world.errors.at(-1) ?? ""}`).toBe(true);
            },
          ),
          { numRuns: runs },
        );
      }
    }
  });

  it("in headers and raw chunks is answered with a typed problem too", { timeout: 120_000 }, async () => {
    const { POST } = (await import("../../app/api/v1/endpoints/route")) as { POST: Handler };
    const { PUT } = (await import("../../app/api/v1/uploads/[id]/chunks/[index]/route")) as { PUT: Handler };
    const { actor } = await world.as("owner");
    const bearer = `Bearer ${await world.tokenFor(actor)}`;
    // What a header can carry at all: the server in front of us refuses the rest.
    const text = fc.oneof(
      fc.constantFrom("", " ", "Bearer", "Bearer ", "Basic eDp5", "null", "'; DROP TABLE endpoint; --", "a".repeat(8000)),
      fc.stringMatching(/^[\x21-\x7e\xa0-\xff]{0,300}$/),
    );
    const names = ["authorization", "idempotency-key", "origin", "sec-fetch-site", "cookie", "content-length", "content-type", "x-sluice-sha256"];
    const headers = fc.dictionary(fc.constantFrom(...names), text).map((spoiledHeaders) => ({ authorization: bearer, ...spoiledHeaders }));
    const judge = async (response: Response, what: string) => {
      const body: unknown = await response.json();
      expect(response.status, `${what}: ${world.errors.at(-1) ?? ""}`).not.toBe(500);
      if (response.status >= 400) expect(problemSchema.safeParse(body).success, `${what}: ${JSON.stringify(body)}`).toBe(true);
    };
    await fc.assert(
      fc.asyncProperty(headers, fc.uint8Array({ maxLength: 200 }), async (sent, chunk) => {
        const what = JSON.stringify(sent).slice(0, 1000);
        await judge(
          await POST(new Request("http://127.0.0.1:3000/api/v1/endpoints", { method: "POST", headers: sent, body: "{}" }), { params: Promise.resolve({}) }),
          what,
        );
        const put = new Request("http://127.0.0.1:3000/api/v1/uploads/x/chunks/0", { method: "PUT", headers: sent, body: Buffer.from(chunk) });
        await judge(await PUT(put, { params: Promise.resolve({ id: newId("upload"), index: "0" }) }), what);
      }),
      { numRuns: 150 },
    );
  });

  it("that is not JSON, not an object or too large is refused before it is looked at", async () => {
    const { POST } = (await import("../../app/api/v1/endpoints/route")) as { POST: Handler };
    const { actor } = await world.as("owner");
    const headers = { authorization: `Bearer ${await world.tokenFor(actor)}` };
    const send = async (body: string) => {
      const response = await POST(new Request("http://127.0.0.1:3000/api/v1/endpoints", { method: "POST", headers, body }), { params: Promise.resolve({}) });
      return [response.status, problemSchema.parse(await response.json()).error.code];
    };
    expect(await send("{")).toEqual([400, "input.not_json"]);
    expect(await send("[]")).toEqual([400, "input.not_object"]);
    expect(await send(`{"name":"${"a".repeat(13 * 1024 * 1024)}"}`)).toEqual([400, "input.too_large"]);
  });
});
