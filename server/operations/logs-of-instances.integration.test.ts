import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logQuerySchema } from "#server/contract/monitoring";
import { systemClock } from "#server/kernel/clock";
import { newId } from "#server/kernel/ids";
import type { InstanceRow } from "#server/store/instances";
import { fileLogSink } from "#server/control/log-sink";
import { openLogWriter } from "#server/telemetry/logs/writer";
import { instanceLogPath } from "#server/telemetry/paths";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import {
  buildCode,
  buildDeployment,
  buildEndpoint,
  buildEnvironmentVersion,
  buildHost,
  buildInstance,
  buildWorkspace,
  deploymentSpec,
} from "#server/testing/builders";
import { previewCodeFile } from "./codes";
import type { OperationContext } from "./context";
import { getLogs } from "./logs";

const staged = ["a".repeat(40), "b".repeat(40)] as const;
const script = "def init():\n    raise RuntimeError('no luck')\n";
let world: ApiWorld;
let me: OperationContext;
let codeId: string;
let endpoint: string;
const instances: InstanceRow[] = [];

/** Two generations of one deployment, each with an instance of its own image and staging. */
beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("reader");
  const { store } = world.database;
  const host = await buildHost(store);
  const row = await buildEndpoint(store, world.workspaceId);
  endpoint = row.name;
  const piece = (async function* () {
    await Promise.resolve();
    yield Buffer.from(script);
  })();
  const file = { path: "lib/score.py", ...(await world.runtime.artifacts.put(piece)) };
  codeId = (await buildCode(store, world.workspaceId, { files: [file], rootName: "onlinescoring" })).id;
  const environment = await buildEnvironmentVersion(store, world.workspaceId);
  const spec = deploymentSpec({ environmentVersionId: environment.id, codeConfiguration: { codeId, scoringScript: "lib/score.py" } });
  const deployment = await buildDeployment(store, row, { spec });
  for (const [index, hash] of staged.entries()) {
    const source = { sourceRef: null, sourceDigest: null, cause: "" };
    const made = {
      id: newId("build"),
      workspaceId: world.workspaceId,
      environmentVersionId: environment.id,
      contentHash: environment.contentHash,
      createdAt: index,
    };
    const build = index === 0 ? await store.builds.insertIfAbsent(made) : await store.builds.insertNext({ ...made, ...source }, 1);
    await store.builds.update(build.id, { imageRef: `image:${String(index)}` });
    const run = { image: `image:${String(index)}`, mounts: [{ volume: `sluice-x-${deployment.id}-${hash.slice(0, 16)}` }] };
    instances.push(await buildInstance(store, deployment, host.id, { slot: index, runSpec: { run } }));
    const sink = fileLogSink(world.runtime.settings.home, systemClock);
    for (const [writer, text] of [
      [await sink.build(build.id), `built ${String(index)}`],
      [await sink.storageInitializer(deployment.id, hash), `placed ${String(index)}`],
    ] as const) {
      writer.write(text);
      await writer.flush();
    }
  }
  const id = instances[0]?.id ?? "";
  const path = instanceLogPath(world.runtime.settings.home, deployment.id, "inference-server", id);
  const writer = await openLogWriter({ file: path, maxBytes: 1_000_000, clock: systemClock });
  const lines = [
    "before",
    "Traceback (most recent call last):",
    '  File "/opt/x.py", line 1, in <module>',
    '  File "/var/azureml-app/onlinescoring/lib/score.py", line 2, in init',
    "RuntimeError: no luck",
    "after",
  ];
  for (const [at, text] of lines.entries()) writer.write({ at: 1000 + at, stream: "stderr", text });
  await writer.flush();
});
afterAll(() => world.close());

const logs = async (query: Readonly<Record<string, unknown>>) => (await getLogs(me, logQuerySchema.parse({ endpoint, ...query }))).lines;

describe("logs of an instance", () => {
  it("name the place in the code that a traceback's frame stands for, and which lines are one entry", async () => {
    const lines = await logs({ instanceId: instances[0]?.id });
    expect(lines.map(({ more }) => more === true)).toEqual([false, false, true, true, true, false]);
    expect(lines.flatMap(({ source }) => source ?? [])).toEqual([{ codeId, path: "lib/score.py", line: 2 }]);
  });

  it("are not cut inside an entry", async () => {
    expect((await logs({ limit: 2 })).map(({ text }) => text)[0]).toBe("Traceback (most recent call last):");
  });

  it("lead to what staged it and to what built its image, and to those of the newest without it", async () => {
    const texts = async (query: Readonly<Record<string, unknown>>) => (await logs(query)).map(({ text }) => text);
    for (const [index, { id }] of instances.entries()) {
      expect(await texts({ container: "storage-initializer", instanceId: id })).toEqual([`placed ${String(index)}`]);
      expect(await texts({ container: "image-build", instanceId: id })).toEqual([`built ${String(index)}`]);
    }
    expect(await texts({ container: "storage-initializer" })).toEqual(["placed 0", "placed 1"]);
    expect(await texts({ container: "storage-initializer", instanceId: "ins_unknown" })).toEqual([]);
  });

  it("lead to a file of the code that can be read, and to no other", async () => {
    expect(await previewCodeFile(me, { id: codeId, path: "lib/score.py" })).toMatchObject({ kind: "text", language: "python", text: script });
    await expect(previewCodeFile(me, { id: codeId, path: "../score.py" })).rejects.toMatchObject({ code: "code.file_not_found" });
    const stranger = await world.as("owner", (await buildWorkspace(world.database.store)).id);
    await expect(previewCodeFile(stranger, { id: codeId, path: "lib/score.py" })).rejects.toMatchObject({ code: "code.not_found" });
  });
});
