import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logPageSchema, logQuerySchema, type LogPage } from "#server/contract/monitoring";
import { logOfSchema } from "#server/contract/params";
import { SluiceError } from "#server/domain/errors";
import { systemClock } from "#server/kernel/clock";
import type { DoctorRunRow } from "#server/store/doctor-runs";
import { openLogWriter } from "#server/telemetry/logs/writer";
import { instanceLogPath } from "#server/telemetry/paths";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildCode, buildDeployment, buildDoctorRun, buildEndpoint, buildEnvironmentVersion, buildWorkspace, deploymentSpec } from "#server/testing/builders";
import { GET as getRunLog } from "../../app/api/v1/doctor-runs/[id]/log/route";
import type { OperationContext } from "./context";
import { getDoctorRunLog } from "./doctor-logs";
import { getLogs } from "./logs";

const trace = ["Traceback (most recent call last):", '  File "/var/azureml-app/onlinescoring/score.py", line 2, in init', "RuntimeError: no luck"];
let world: ApiWorld;
let me: OperationContext;
let endpoint: string;
let codeId: string;
let bad: DoctorRunRow;
let good: DoctorRunRow;
let untold: DoctorRunRow;

/** Lines of a container on trial, as the collector writes them. */
async function print(runId: string, instanceId: string, at: number, texts: readonly string[]): Promise<void> {
  const file = instanceLogPath(world.runtime.settings.home, runId, "inference-server", instanceId);
  const writer = await openLogWriter({ file, maxBytes: 1_000_000, clock: systemClock });
  texts.forEach((text, index) => writer.write({ at: at + index, stream: "stderr", text }));
  await writer.flush();
}

/** Two trials of blue, one of green that was never made, and one of another workspace's endpoint of the same name. */
beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("reader");
  const { store } = world.database;
  const row = await buildEndpoint(store, world.workspaceId);
  endpoint = row.name;
  codeId = (await buildCode(store, world.workspaceId, { files: [{ path: "score.py", sizeBytes: 1, sha256: "d".repeat(64) }], rootName: "onlinescoring" })).id;
  const environment = await buildEnvironmentVersion(store, world.workspaceId);
  const spec = deploymentSpec({ environmentVersionId: environment.id, codeConfiguration: { codeId, scoringScript: "score.py" } });
  await buildDeployment(store, row, { name: "blue", spec });
  const over = { endpoint: endpoint.toUpperCase(), createdAt: row.createdAt + 1 };
  bad = await buildDoctorRun(store, world.workspaceId, spec, { ...over, deployment: "Blue" });
  good = await buildDoctorRun(store, world.workspaceId, spec, { ...over, deployment: "blue" });
  untold = await buildDoctorRun(store, world.workspaceId, spec, { ...over, deployment: "green" });
  const elsewhere = await buildDoctorRun(store, (await buildWorkspace(store)).id, spec, { ...over, deployment: "blue" });
  const before = await buildDoctorRun(store, world.workspaceId, spec, { ...over, deployment: "blue", createdAt: row.createdAt - 1 });
  await print(bad.id, "ins_bad", 1000, ["starting", ...trace]);
  await print(good.id, "ins_good", 2000, ["starting again", "scored"]);
  await print(elsewhere.id, "ins_else", 3000, ["of somebody else"]);
  await print(before.id, "ins_before", 500, ["of an endpoint that had this name before"]);
});
afterAll(() => world.close());

const read = (query: Readonly<Record<string, unknown>>): Promise<LogPage> => getLogs(me, logQuerySchema.parse({ endpoint, container: "doctor", ...query }));
const texts = ({ lines }: LogPage): readonly string[] => lines.map(({ text }) => text);
const refusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (error: unknown) => (error instanceof SluiceError ? error.code : String(error)),
  );

describe("the doctor's lines in the log of an endpoint", () => {
  it("are those of every trial of its deployments, in the order of time, as entries, with frames that lead to the code", async () => {
    const page = await read({});
    expect(texts(page)).toEqual(["starting", ...trace, "starting again", "scored"]);
    expect(page.lines.map(({ more }) => more === true)).toEqual([false, false, true, true, false, false]);
    expect(page.lines.flatMap(({ source }) => source ?? [])).toEqual([{ codeId, path: "score.py", line: 2 }]);
    expect(page.sources).toEqual(expect.arrayContaining(["ins_bad", "ins_good"].map((instanceId) => ({ deployment: "blue", instanceId }))));
    expect(page.sources).toHaveLength(2);
  });

  it("are read the last few, of one trial, or all from the oldest on, and followed while a trial runs", async () => {
    expect(texts(await read({ limit: 1 }))).toEqual(["scored"]);
    expect(texts(await read({ deployment: "BLUE", instanceId: "ins_bad" }))).toEqual(["starting", ...trace]);
    const first = await read({ from: "oldest", limit: 4 });
    expect([texts(first), first.older]).toEqual([["starting", ...trace], null]);
    const rest = await read({ after: first.next });
    expect(texts(rest)).toEqual(["starting again", "scored"]);
    await print(untold.id, "ins_now", 4000, ["it runs"]);
    expect(texts(await read({ after: rest.next }))).toEqual(["it runs"]);
  });

  it("are there for a deployment that was never made, and refused for one that nobody tried", async () => {
    expect((await read({ deployment: "green" })).lines.map(({ deployment, text }) => [deployment, text])).toEqual([["green", "it runs"]]);
    expect(await refusal(read({ deployment: "red" }))).toBe("deployment.not_found");
    expect(await refusal(read({ after: "yesterday" }))).toBe("log.bad_cursor");
  });
});

describe("the log of one run", () => {
  it("is everything that its containers printed, also of a good one, by the management API", async () => {
    const token = await world.tokenFor(me.actor);
    const request = new Request(`http://127.0.0.1:3000/api/v1/doctor-runs/${good.id}/log`, {
      headers: { host: "127.0.0.1:3000", authorization: `Bearer ${token}` },
    });
    const response = await getRunLog(request, { params: Promise.resolve({ id: good.id }) });
    expect(response.status).toBe(200);
    expect(texts(logPageSchema.parse(await response.json()))).toEqual(["starting again", "scored"]);
  });

  it("is what the report kept, when no line is left of it", async () => {
    const spec = bad.spec;
    const swept = await buildDoctorRun(world.database.store, world.workspaceId, spec);
    await world.database.store.doctorRuns.update(swept.id, { lines: ["starting", ...trace], finishedAt: 9000 });
    const page = await getDoctorRunLog(me, logOfSchema.parse({ id: swept.id }));
    expect(texts(page)).toEqual(["starting", ...trace]);
    expect(page.lines.map(({ more, at }) => [more === true, Math.floor(at)])).toEqual([false, false, true, true].map((more) => [more, 9000]));
    expect(new Set(page.lines.map(({ id }) => id)).size).toBe(4);
    expect(texts(await getDoctorRunLog(me, logOfSchema.parse({ id: swept.id, before: page.lines[0]?.id })))).toEqual([]);
  });

  it("belongs to its workspace", async () => {
    const stranger = await world.as("owner", (await buildWorkspace(world.database.store)).id);
    expect(await refusal(getDoctorRunLog(stranger, logOfSchema.parse({ id: good.id })))).toBe("doctor.not_found");
  });
});
