import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type Docker from "dockerode";
import type { Content } from "../fixtures/api";
import { kill, persist, type Victim } from "../fixtures/kill";
import { expect, test } from "../fixtures/test";
import { until } from "../fixtures/until";
import type { World } from "../fixtures/world";

const chunkBytes = 8 * 1024 * 1024;
/** Large enough that putting the chunks together, or staging, takes a moment to be killed in. */
const chunks = 20;
const digestOf = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** Each kill costs a start of what was killed; the sweep of half files comes a minute after the control plane's last start. */
const budgetMs = 300_000;

const content = randomBytes(chunks * chunkBytes);
const digest = digestOf(content);

const entries = (folder: string): readonly string[] => readdirSync(folder, { recursive: true }).map(String);

/** Uploads with a process killed during a chunk, and while the chunks are put together; answers the upload's id. */
async function uploadThrough(world: World, victims: Readonly<Record<number, Victim>>): Promise<string> {
  const { api, engine, product } = world;
  const { id } = await persist("to begin", () => api.call<{ id: string }>("POST", "/uploads", { fileName: "weights.bin", sizeBytes: content.length }));
  for (let index = 0; index < chunks; index += 1) {
    const chunk = content.subarray(index * chunkBytes, (index + 1) * chunkBytes);
    const headers = { "x-sluice-sha256": digestOf(chunk) };
    const sending = persist(`chunk ${String(index)}`, () => api.call("PUT", `/uploads/${id}/chunks/${String(index)}`, chunk, headers));
    const victim = victims[index];
    await Promise.all([sending, victim === undefined ? null : kill(engine, victim)]);
  }
  const temporary = path.join(product.home, "artifacts/tmp");
  for (const victim of ["studio", "database"] as const) {
    const first = api.call("POST", `/uploads/${id}/complete`).then(
      () => "complete",
      () => "broken off",
    );
    await until("the chunks to be put together", () => entries(temporary).length > 0, { everyMs: 1 });
    await kill(engine, victim);
    expect(await first).toBe("broken off");
  }
  await persist("to complete", () => api.call("POST", `/uploads/${id}/complete`));
  return id;
}

/** Registers what was uploaded as a model of one file. */
async function register(world: World, name: string, uploadId: string): Promise<string> {
  const file: Content = { rootName: "weights.bin", isFile: true, uploads: [{ uploadId, path: "weights.bin" }] };
  return (await persist("to register", () => world.api.createModel(name, file))).id;
}

interface EngineEvent {
  readonly id: string;
  readonly Action: string;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

/** What is done when the engine next says that a container of this kind is made (a carrier, which fills a volume) or started (an initializer). */
interface Blow {
  readonly kind: "carrier" | "initializer";
  readonly strike: (containerId: string) => unknown;
}

/** Strikes the blows one after the other while `begin` and what follows from it go on; resolves after the last one. */
async function underBlows<T>(world: World, blows: readonly Blow[], begin: () => Promise<T>): Promise<T> {
  const label = [`io.sluice.installation=${world.product.installationId}`];
  const events: NodeJS.ReadableStream & { destroy?: () => void } = await world.engine.docker.getEvents({
    filters: { type: ["container"], event: ["create", "start"], label },
  });
  const words = { carrier: "create", initializer: "start" } as const;
  const left = [...blows];
  const begun = begin();
  for await (const line of createInterface({ input: events })) {
    const { id, Actor, Action } = JSON.parse(line) as EngineEvent;
    const [next] = left;
    if (next === undefined || Actor.Attributes["io.sluice.kind"] !== next.kind || Action !== words[next.kind]) continue;
    left.shift();
    await next.strike(id);
    if (left.length === 0) break;
  }
  events.destroy?.();
  return begun;
}

/** Ends a container as the kernel does when memory is gone. */
async function killContainer(world: World, id: string): Promise<void> {
  const { State } = await world.engine.docker.getContainer(id).inspect();
  if (State.Pid <= 1) throw new Error(`${id} does not run`);
  process.kill(State.Pid, "SIGKILL");
}

/** Containers of the installation that only work for a moment. */
async function helpers(world: World): Promise<readonly string[]> {
  const label = [`io.sluice.installation=${world.product.installationId}`];
  const found = await world.engine.docker.listContainers({ all: true, filters: { label } });
  return found.filter(({ Labels }) => ["carrier", "initializer", "inspector"].includes(Labels["io.sluice.kind"] ?? "")).map(({ Names }) => Names.join());
}

async function volumesOf(world: World, deploymentId: string): Promise<readonly string[]> {
  const filters = JSON.stringify({ label: [`io.sluice.deployment=${deploymentId}`] });
  const { Volumes } = await world.engine.docker.listVolumes({ filters: filters as unknown as Docker.VolumeListOptions["filters"] & object });
  return Volumes.map(({ Name }) => Name).sort();
}

async function outputOf(world: World, image: string, command: readonly string[]): Promise<string> {
  const container = await world.engine.docker.createContainer({
    Image: image,
    Entrypoint: [...command],
    Cmd: [],
    Tty: true,
    HostConfig: { NetworkMode: "none" },
  });
  try {
    await container.start();
    await container.wait();
    return (await container.logs({ stdout: true, stderr: true, follow: false })).toString("utf8").trim();
  } finally {
    await container.remove({ force: true });
  }
}

test.describe("SIGKILL loses nothing and leaves nothing", () => {
  test("of studio, control plane and database during an upload and a staging, of the storage initializer, and of the control plane before a deletion", async ({
    world,
  }) => {
    test.setTimeout(budgetMs);
    const { api, engine, product } = world;
    const name = world.name("killed");
    const [uploadId, modelId] = await test.step("upload", async () => {
      const id = await uploadThrough(world, { 3: "database", 7: "control-plane", 11: "studio" });
      return [id, await register(world, name, id)];
    });
    expect(digestOf(await readFile(path.join(product.home, "artifacts/sha256", digest.slice(0, 2), digest)))).toBe(digest);
    expect(entries(path.join(product.home, "uploads")).filter((entry) => entry.startsWith(uploadId))).toEqual([]);

    const endpoint = await world.endpoint("kills");
    await test.step("staging", async () => {
      const blows: Blow[] = [
        { kind: "carrier", strike: () => kill(engine, "control-plane") },
        { kind: "initializer", strike: (id) => killContainer(world, id) },
        { kind: "initializer", strike: () => kill(engine, "control-plane") },
        { kind: "carrier", strike: () => kill(engine, "database") },
      ];
      await underBlows(world, blows, () => world.wish(endpoint, "blue", { model: modelId }));
      await persist("the deployment to be ready", () => api.ready(endpoint, "blue"));
      const { id, instances } = await api.deployment(endpoint, "blue");
      const instance = engine.instance(instances.find(({ ready }) => ready)?.id ?? "");
      expect(await engine.exec(instance, ["sh", "-c", "sha256sum < $AZUREML_MODEL_DIR/weights.bin"])).toBe(`${digest}  -\n`);
      const { Mounts } = await instance.inspect();
      expect(await volumesOf(world, id)).toEqual(Mounts.flatMap(({ Name }) => Name ?? []).sort());
      expect(await helpers(world)).toEqual([]);
    });

    await test.step("a staging whose deployment is deleted while the control plane is dead", async () => {
      const blows: Blow[] = [
        // The first only looks whether the volume is filled already.
        { kind: "carrier", strike: () => undefined },
        { kind: "carrier", strike: () => kill(engine, "control-plane") },
      ];
      const { id } = await underBlows(world, blows, () => world.wish(endpoint, "green", { model: modelId }));
      await api.deleteDeployment(endpoint, "green");
      await until("green to be gone", async () => !(await api.endpoint(endpoint)).deployments.some(({ name: one }) => one === "green"), { limitMs: 60_000 });
      expect(await volumesOf(world, id)).toEqual([]);
      expect(await helpers(world)).toEqual([]);
    });
    await until("half files to be swept", () => entries(path.join(product.home, "artifacts/tmp")).length === 0, { limitMs: 120_000 });
  });

  test("of control plane and database during an image build", async ({ world }) => {
    test.setTimeout(budgetMs);
    const { api, engine } = world;
    const mark = randomBytes(6).toString("hex");
    const dockerfile = `ARG SLUICE_BASE_IMAGE\nFROM \${SLUICE_BASE_IMAGE}\nUSER root\nLABEL mark=${mark}\nRUN sleep 4 && echo one > /one\nRUN sleep 5 && echo two > /two\nUSER 1001\n`;
    const { build } = await api.createEnvironment({ name: world.name("killed-build"), dockerfile, build: true });
    if (build === null) throw new Error("no build was begun");
    const marked = (filters: Record<string, string[]>) => ({ ...filters, label: [`mark=${mark}`] });
    const building = (command: string) => async () =>
      (await engine.docker.listContainers({ filters: marked({}) })).some(({ Command }) => Command.includes(command));
    for (const [victim, command] of [
      ["control-plane", "sleep 4"],
      ["database", "sleep 5"],
    ] as const) {
      await until(`${command} to run`, building(command), { limitMs: 60_000, everyMs: 50 });
      await kill(engine, victim);
    }
    const done = await persist("the build to end", () =>
      until("the build to end", () => api.build(build.id).then((one) => (one.finishedAt === null ? null : one)), { limitMs: 60_000, fatal: true }),
    );
    expect(done).toMatchObject({ state: "Succeeded", reason: null });
    expect(await outputOf(world, done.imageRef ?? "", ["cat", "/one", "/two"])).toBe("one\r\ntwo");
    expect(await engine.docker.listContainers({ all: true, filters: marked({}) })).toEqual([]);
    const images = (dangling: string) => engine.docker.listImages({ filters: JSON.stringify(marked({ dangling: [dangling] })) });
    expect((await images("false")).map(({ RepoTags }) => RepoTags)).toEqual([[done.imageRef]]);
    expect(await images("true")).toEqual([]);
    expect(await helpers(world)).toEqual([]);
    expect(await engine.query("SELECT id FROM image_build WHERE id = $1 AND state <> 'Succeeded'", [build.id])).toEqual([]);
  });
});
