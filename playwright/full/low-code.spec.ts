import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import https from "node:https";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Answer } from "../fixtures/scorer";
import { expect, test } from "../fixtures/test";
import { until } from "../fixtures/until";
import type { World } from "../fixtures/world";

const folders = path.join(path.dirname(fileURLToPath(import.meta.url)), "../fixtures/lowcode");
/** Two packages and their own, found by content in later runs. */
const budgetMs = 240_000;
const requirements = "azureml-inference-server-http\ninference-schema[numpy-support]\n";

interface Wish {
  readonly folder: "decorated" | "raw";
  readonly scoringScript: string;
  readonly environment: string;
  readonly concurrency?: number;
  readonly variables?: Readonly<Record<string, string>>;
}

async function deploy({ api }: World, endpoint: string, name: string, wish: Wish): Promise<void> {
  const { id: code } = await api.createCode(`lowcode-${wish.folder}`, await api.uploadFolder(path.join(folders, wish.folder)));
  await api.createDeployment(endpoint, {
    name,
    code,
    scoringScript: wish.scoringScript,
    environment: wish.environment,
    environmentVariables: wish.variables ?? {},
    instanceType: "sluice.small",
    requestSettings: { requestTimeoutMs: 20_000, maxConcurrentRequestsPerInstance: wish.concurrency ?? 1, maxQueueWaitMs: 10_000 },
    readinessProbe: { initialDelaySeconds: 1, periodSeconds: 1, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 120 },
  });
  await api.ready(endpoint, name, budgetMs);
  await api.setTraffic(endpoint, { [name]: 100 });
}

const parsed = (answer: Answer): Record<string, unknown> => {
  expect(answer.status, answer.body).toBe(200);
  return JSON.parse(answer.body) as Record<string, unknown>;
};

test("a decorated script in a folder of its own has its packages, its variables, its logging, its workers and a swagger of its samples", async ({ world }) => {
  const { api } = world;
  const { id: environment } = await api.createEnvironment({ name: "lowcode", requirements });
  const endpoint = await world.endpoint("decorated");
  const variables = { WORKER_COUNT: "2", FACTOR: "3" };
  await deploy(world, endpoint, "blue", { folder: "decorated", scoringScript: "serving/score.py", environment, concurrency: 2, variables });
  const scorer = await world.scorer(endpoint);
  expect(parsed(await scorer.score({ body: { data: [[1, -2]], pause: 0 } }))["scaled"]).toEqual([[3, -6]]);
  // One worker alone would answer the second after the first.
  const both = await scorer.many(8, 2, { body: { data: [[1, 1]], pause: 0.3 } });
  expect(new Set(both.map((answer) => parsed(answer)["worker"])).size).toBe(2);
  const refused = await scorer.score({ body: { data: [[1, 2]], pause: 0 }, headers: { "content-type": "text/plain" } });
  expect([refused.status, refused.headers["ms-azureml-model-error-statuscode"]]).toEqual([424, "415"]);
  const swagger = JSON.stringify(parsed(await scorer.score({ method: "GET", path: "/swagger.json" })));
  expect(swagger).toContain('"example":{"data":[[1,2]],"pause":0}');
  // The folder's logging.json formats the line, and lets information of that logger through.
  await until(
    "the script's own log line",
    async () => (await api.logs(endpoint, "?limit=200")).lines.some(({ text }) => text === "OWN INFO features: scaling by 3.0"),
    { limitMs: 30_000, everyMs: 500 },
  );
});

/** Sends bytes as they are; the shared client knows JSON only. */
function sendBytes(
  world: World,
  endpoint: string,
  key: string,
  body: Buffer,
): Promise<{ readonly status: number; readonly headers: Record<string, unknown>; readonly body: Buffer }> {
  const { gatewayUrl, caFile } = world.product;
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/octet-stream", "x-kind": "image" };
  return new Promise((resolve, reject) => {
    const request = https.request(
      `${gatewayUrl}/endpoints/${endpoint}/score`,
      { method: "POST", ca: readFileSync(caFile), headers, agent: false },
      (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece)).on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }));
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

test("a raw script takes bytes and gives bytes, sees method and headers, and its written swagger is the one that is served", async ({ world }) => {
  const { api } = world;
  const { id: environment } = await api.createEnvironment({ name: "lowcode", requirements });
  const endpoint = await world.endpoint("raw");
  await deploy(world, endpoint, "blue", { folder: "raw", scoringScript: "score.py", environment });
  const { primaryKey } = await api.keys(endpoint);
  // Larger than a buffer of the proxy, and with every byte in it.
  const image = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), randomBytes(300_000)]);
  const answer = await sendBytes(world, endpoint, primaryKey, image);
  expect([answer.status, answer.headers["x-kind"], answer.headers["content-type"]]).toEqual([200, "image", "application/octet-stream"]);
  expect(answer.headers["x-digest"]).toBe(createHash("sha256").update(image).digest("hex"));
  expect(answer.body.equals(Buffer.from(image.map((byte) => 255 - byte)))).toBe(true);
  const empty = await sendBytes(world, endpoint, primaryKey, Buffer.alloc(0));
  expect([empty.status, empty.headers["ms-azureml-model-error-statuscode"]]).toEqual([424, "422"]);
  const scorer = await world.scorer(endpoint);
  expect((await scorer.score({ method: "GET", path: "/score?q=what" })).body).toBe("asked what");
  for (const version of [2, 3])
    expect(parsed(await scorer.score({ method: "GET", path: `/swagger.json?version=${String(version)}` }))).toEqual({ written: "by hand", version });
});
