import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RoutingEndpoint } from "#server/domain/routing/types";
import { TestGateway, until } from "#server/testing/haproxy";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { Load, TestScorer } from "#server/testing/scorer";
import { callGateway } from "#server/testing/wire/client";
import { EchoModel } from "#server/testing/wire/echo-model";

// Which answers come unchanged or compressed is `conformance/`; here is what changes while calls run, and what the rows say.

let gateway: TestGateway;
let blue: EchoModel;
let green: EchoModel;
let hasty: EchoModel;
let scorer: TestScorer;
let revision = 0;

beforeAll(async () => {
  [blue, green, hasty] = await Promise.all([new EchoModel("blue").start(), new EchoModel("green").start(), new EchoModel("hasty").start()]);
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.url);
});

afterAll(async () => {
  await scorer.close();
  await gateway.stop();
  await Promise.all([blue.stop(), green.stop(), hasty.stop()]);
});

function program(own: Partial<RoutingEndpoint>) {
  revision += 1;
  const deployments = [
    routingDeployment("blue", [blue.port]),
    routingDeployment("green", [green.port]),
    routingDeployment("hasty", [hasty.port], { requestTimeoutMs: 300 }),
  ];
  return gateway.program(routingRevision(revision, [routingEndpoint(deployments, { blue: 100 }, own)]));
}

const ask = (model: string, headers: Record<string, string> = {}) =>
  callGateway({ tls: gateway.settings.bind.port, plain: 0 }, { model, headers: { "accept-encoding": "gzip", ...headers } });
const rowOf = ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }) =>
  gateway.rows().find(({ requestId, mirrored }) => requestId === headers["x-request-id"] && !mirrored);

describe("how answers go back", () => {
  it("changes while calls run: none fails, each change holds for the next call, and the proxy is the same", async () => {
    await program({});
    const worker = await gateway.proxy.workerPid();
    const load = new Load(scorer, 4, { headers: { "accept-encoding": "gzip", "x-do": "text-5000" } });
    for (let change = 0; change < 8; change += 1) {
      const [unchanged, compression] = [change % 2 === 0, change % 4 < 2];
      await program({ modelErrors: unchanged ? "unchanged" : "mapped", compression });
      const before = load.answers.length;
      const [failed, text] = await Promise.all([ask("status-503"), ask("text-5000")]);
      expect([failed.status, failed.headers["ms-azureml-model-error-statuscode"]]).toEqual([unchanged ? 503 : 424, "503"]);
      expect(text.headers["content-encoding"]).toBe(compression ? "gzip" : undefined);
      await until("calls of the load that began since", () => load.answers.length > before + 8);
    }
    await load.stop();
    expect(load.problems()).toEqual([]);
    expect(new Set(load.answers.map(({ headers }) => headers["content-encoding"]))).toEqual(new Set([undefined, "gzip"]));
    expect(await gateway.proxy.workerPid()).toBe(worker);
  });

  it.each([{ compression: false }, { compression: true }])("a row says whose error it was, with %o", async ({ compression }) => {
    await program({ modelErrors: "unchanged", compression });
    const late = await ask("wait-3000", { "azureml-model-deployment": "hasty" });
    const calls = { good: await ask("text-5000"), failed: await ask("status-502"), broken: await ask("break"), late };
    expect(Object.values(calls).map(({ status }) => status)).toEqual([200, 502, 424, 408]);
    await until("the rows", () => Object.values(calls).every((call) => rowOf(call) !== undefined));
    const served = { deployment: "blue", instanceId: `ins_${String(blue.port)}`, keyName: "primary" };
    expect(rowOf(calls.good)).toMatchObject({ ...served, status: 200, modelStatus: 200, errorCode: "" });
    expect(rowOf(calls.failed)).toMatchObject({ ...served, status: 502, modelStatus: 502, errorCode: "" });
    expect(rowOf(calls.broken)).toMatchObject({ ...served, status: 424, modelStatus: 0, errorCode: "ModelConnectionBroken" });
    expect(rowOf(calls.late)).toMatchObject({
      deployment: "hasty",
      instanceId: `ins_${String(hasty.port)}`,
      status: 408,
      modelStatus: 0,
      errorCode: "ModelTimeout",
    });
    // As the model gave it: so are bandwidths measured.
    expect(rowOf(calls.good)?.responseBytes).toBeGreaterThan(5000);
  });

  it("a copied call is compressed for its caller and compared as the model gave it", async () => {
    await program({ compression: true, modelErrors: "unchanged", mirror: { shares: { green: 100 }, tolerance: 1e-6 } });
    // The proxy goes around the mirror until it has seen that it is there.
    await until("a copy", async () => {
      await ask("text-5000");
      return green.seen.length > 0;
    });
    const [text, failed] = [await ask("text-5000"), await ask("status-504")];
    expect([text.headers["content-encoding"], gunzipSync(text.body).length, failed.status]).toEqual(["gzip", 5000, 504]);
    const recordOf = ({ headers }: typeof text) => gateway.records().find(({ requestId }) => requestId === headers["x-request-id"]);
    await until("both records", () => recordOf(text) !== undefined && recordOf(failed) !== undefined);
    expect(recordOf(text)).toMatchObject({ outcome: "agreed", primaryStatus: 200, shadowStatus: 200 });
    expect(recordOf(failed)).toMatchObject({ primaryStatus: 504, shadowStatus: 504 });
  });
});
