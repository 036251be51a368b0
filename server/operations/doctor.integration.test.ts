import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createCodeSchema } from "#server/contract/asset";
import { createDeploymentSchema } from "#server/contract/deployment";
import { examineDeploymentSchema, startDoctorRunSchema } from "#server/contract/doctor";
import { SluiceError } from "#server/domain/errors";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildEndpoint, buildEnvironmentVersion } from "#server/testing/builders";
import { createDeployment } from "./change-deployment";
import { createCode } from "./codes";
import type { OperationContext } from "./context";
import { listDeploymentRevisions } from "./deployments";
import { listSamples } from "./doctor-sample";
import { cancelDoctorRun, closeTrial, examineDeployment, getDoctorRun, listDoctorRuns, openTrial, startDoctorRun, tryScore } from "./doctor";
import { completeUpload, putChunk, startUpload } from "./uploads";

let world: ApiWorld;
let me: OperationContext;
let wish: { readonly endpoint: string; readonly environment: string; readonly instanceType: string; readonly code: string; readonly scoringScript: string };

const sample = '{"data":[[1]]}';

async function codeWith(files: Readonly<Record<string, string>>): Promise<string> {
  const uploads = [];
  for (const [path, text] of Object.entries(files)) {
    const { id } = await startUpload(me, { fileName: path, sizeBytes: Buffer.byteLength(text) });
    await putChunk(me, { id, index: 0, digest: createHash("sha256").update(text).digest("hex"), body: Readable.from([Buffer.from(text)]) });
    await completeUpload(me, { id });
    uploads.push({ uploadId: id, path });
  }
  return (await createCode(me, createCodeSchema.parse({ name: "scoring", content: { rootName: "onlinescoring", uploads } }))).id;
}

beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("contributor");
  const { store } = world.runtime;
  const code = await codeWith({ "score.py": "def init(): pass\ndef run(data): return 1\n", "sample-request.json": sample });
  const environment = (await buildEnvironmentVersion(store, world.workspaceId)).id;
  wish = { endpoint: (await buildEndpoint(store, world.workspaceId)).name, environment, instanceType: "sluice.nano", code, scoringScript: "score.py" };
});
afterAll(() => world.close());

const start = (over: object = {}) => startDoctorRun(me, startDoctorRunSchema.parse({ ...wish, name: "blue", ...over }));
const refusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (error: unknown) => (error instanceof SluiceError ? error.code : String(error)),
  );
/** Ends the run as the control plane does. */
const finish = (id: string) => me.store.doctorRuns.update(id, { state: "Finished", phase: "ended", verdict: "passed", finishedAt: world.clock.now() });

it("begins a run for a deployment that does not exist, with the sample beside the script, and can be cancelled", async () => {
  const run = await start();
  expect(run).toMatchObject({ state: "Queued", phase: "image", verdict: null, deployment: "blue", sample: { source: "code", body: sample } });
  expect(run.checks.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 8 }, () => null));
  expect((await start({ sample: { body: "7" } })).sample).toEqual({ source: "given", contentType: "application/json", body: "7" });
  expect((await listDoctorRuns(me, { limit: 1 })).items).toHaveLength(1);
  expect((await cancelDoctorRun(me, { id: run.id })).cancelling).toBe(true);
  await finish(run.id);
  expect(await refusal(cancelDoctorRun(me, { id: run.id }))).toBe("doctor.not_running");
  expect(await refusal(getDoctorRun(await world.as("reader", (await world.as("owner")).actor.workspaceId), { id: "doc_none" }))).toBe("doctor.not_found");
});

it("refuses what creating would refuse, and readers", async () => {
  expect(await refusal(start({ instanceType: "none" }))).toBe("deployment.instance_type_unknown");
  expect(await refusal(start({ scoringScript: "other.py" }))).toBe("deployment.script_unknown");
  expect(await refusal(startDoctorRun(await world.as("reader"), startDoctorRunSchema.parse({ ...wish, name: "blue" })))).toBe("auth.role_insufficient");
});

it("keeps the report with the deployment that is created from the same spec, and examines one that exists", async () => {
  const run = await start({ livenessProbe: { failureThreshold: 7 } });
  await finish(run.id);
  await createDeployment(me, createDeploymentSchema.parse({ ...wish, name: "green", livenessProbe: { failureThreshold: 7 } }));
  await createDeployment(me, createDeploymentSchema.parse({ ...wish, name: "other", livenessProbe: { failureThreshold: 8 } }));
  const reportOf = async (deployment: string) => (await listDeploymentRevisions(me, { endpoint: wish.endpoint, deployment })).items[0]?.doctorRunId;
  expect([await reportOf("green"), await reportOf("other")]).toEqual([run.id, null]);
  const again = await examineDeployment(me, examineDeploymentSchema.parse({ endpoint: wish.endpoint, deployment: "green" }));
  expect(again).toMatchObject({ state: "Queued", deployment: "green", sample: { source: "code" } });
  const none = examineDeployment(me, examineDeploymentSchema.parse({ endpoint: wish.endpoint, deployment: "green", revision: 9 }));
  expect(await refusal(none)).toBe("deployment.revision_not_found");
});

it("sends requests to the container that is kept, and to nothing else", async () => {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ path: request.url })));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const run = await start({ description: "to try" });
  const score = () => tryScore(me, { id: run.id, body: "{}", contentType: "application/json" });
  expect(await refusal(openTrial(me, { id: run.id }))).toBe("doctor.not_finished");
  expect(await refusal(score())).toBe("doctor.console_closed");
  await finish(run.id);
  expect((await openTrial(me, { id: run.id })).console.state).toBe("Starting");
  expect(await refusal(score())).toBe("doctor.console_closed");
  const dial = { address: "127.0.0.1", port: (server.address() as AddressInfo).port };
  await me.store.doctorRuns.update(run.id, {
    console: "Open",
    container: { dial, run: { cpuCores: 0.5, memoryMib: 256 } },
    consoleUntil: world.clock.now() + 1000,
  });
  expect(await score()).toMatchObject({ status: 200, body: '{"path":"/score"}', deployment: "blue", truncated: false });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await refusal(score())).toBe("doctor.no_answer");
  await closeTrial(me, { id: run.id });
  expect((await me.store.doctorRuns.findById(run.id))?.consoleEnd).toBe(true);
});

it("a deployment tells the requests that it may take: the doctor's for exactly its spec, then the file beside its script", async () => {
  const deployed = { ...wish, name: "sampled", environmentVariables: { ONLY: "here" } };
  await createDeployment(me, createDeploymentSchema.parse(deployed));
  const samples = async () => (await listSamples(await world.as("reader"), { endpoint: wish.endpoint, deployment: "sampled" })).items;
  expect(await samples()).toEqual([{ source: "code", contentType: "application/json", body: sample }]);
  const given = await start({ ...deployed, sample: { body: '{"data":[[7]]}' } });
  await finish(given.id);
  expect((await samples()).map(({ source, body }) => [source, body])).toEqual([
    ["given", '{"data":[[7]]}'],
    ["code", sample],
  ]);
  const equal = await start({ ...deployed, sample: { body: sample } });
  await finish(equal.id);
  expect((await samples()).map(({ source }) => source)).toEqual(["given"]);
  expect(await refusal(listSamples(me, { endpoint: wish.endpoint, deployment: "nothing" }))).toBe("deployment.not_found");
});

it("takes ten at a time", async () => {
  const codes: string[] = [];
  for (let index = 0; index < 12; index += 1) codes.push(await refusal(start()));
  expect(codes.at(-1)).toBe("doctor.too_many");
});
