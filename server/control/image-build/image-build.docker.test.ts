import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "#server/kernel/clock";
import { findTestEngine } from "#server/testing/engine";
import { EngineWorld } from "#server/testing/engine-world";

const search = await findTestEngine();

/** Budget on two busy cores: two minutes. */
describe.skipIf(search.engine === null)("environments on a real engine", () => {
  let world: EngineWorld;
  beforeAll(async () => {
    if (search.engine !== null) world = await EngineWorld.open(search.engine);
  });
  afterAll(() => world.close());

  it("are built from a Dockerfile over the files of a code asset, with build arguments and the platform's base by name", async () => {
    const contextCodeId = await world.code({
      "app/hello.txt": "hello from the context\n",
      "app/secret.env": "no",
      ".dockerignore": "**/*.env\n",
      Dockerfile: "FROM nothing\n",
    });
    const dockerfile =
      "ARG SLUICE_BASE_IMAGE\nFROM ${SLUICE_BASE_IMAGE}\nARG GREETING=none\nCOPY app /app\nRUN cat /app/hello.txt && test ! -e /app/secret.env && echo greeting:$GREETING\n";
    const build = await world.build({ dockerfile, contextCodeId, buildArgs: { GREETING: "warm", UNKNOWN: "x" } });
    const log = await world.log(build.id);
    expect(build).toMatchObject({ state: "Succeeded", reason: null });
    expect(log).toContain("hello from the context");
    expect(log).toContain("greeting:warm");
    expect(log).toContain(".dockerignore leaves out 1 of 4 files: app/secret.env");
    expect(log).toContain("build argument UNKNOWN is declared by no ARG and left out");
  });

  it("list what is installed in them, as a document that tools read", async () => {
    const build = await world.build({ requirements: "six==1.16.0\n" });
    expect(build, JSON.stringify(await world.log(build.id))).toMatchObject({ state: "Succeeded" });
    const sbom = await world.store.sboms.find(build.id);
    expect(sbom?.document).toMatchObject({ bomFormat: "CycloneDX", metadata: { component: { version: build.imageRef } } });
    const purls = (sbom?.document["components"] as { purl: string }[]).map(({ purl }) => purl.replace(/\?.*/, ""));
    expect(purls).toEqual(
      expect.arrayContaining([
        "pkg:pypi/six@1.16.0",
        expect.stringMatching(/^pkg:pypi\/azureml-inference-server-http@/),
        expect.stringMatching(/^pkg:deb\/debian\/libc6@/),
      ]),
    );
    expect(sbom?.packageCount).toBe(purls.length);
    const left = await world.engine.docker.listContainers({ all: true, filters: { label: [`io.sluice.installation=${world.installation}`] } });
    expect(left).toEqual([]);
  });

  it("fail with the reason that the log gives, not with a general one", async () => {
    const from = `FROM ${world.engine.images.python}\n`;
    const cases = [
      { spec: { dockerfile: `${from}COPY nothing.txt /\n` }, reason: "ContextFileMissing" },
      { spec: { dockerfile: `${from}RUN exit 9\n` }, reason: "BuildFailed" },
      { spec: { dockerfile: `${from}RUN dd if=/dev/zero of=/dev/full bs=1k count=1\n` }, reason: "DiskFull" },
      { spec: { image: world.engine.images.python, condaFile: "dependencies:\n  - python=3.9\n  - numpy\n" }, reason: "PythonIncompatible" },
    ];
    for (const { spec, reason } of cases) {
      const build = await world.build(spec);
      expect(build, JSON.stringify(await world.log(build.id))).toMatchObject({ state: "Failed", reason });
      expect(build.hint).not.toBe("");
    }
  });

  it("are made again when somebody asks for an image that is gone from the host, and found when it is there", async () => {
    const environment = await world.environment({ dockerfile: `FROM ${world.engine.images.python}\nLABEL purpose=lost\n` });
    const built = await world.ended((await world.request(environment)).id);
    await world.engine.docker.getImage(built.imageRef ?? "").remove({ force: true });
    await world.request(environment);
    const again = await world.until("another attempt", async () => {
      const row = await world.store.builds.findById(built.id);
      return row !== null && row.attempt > built.attempt ? row : null;
    });
    const made = await world.ended(again.id);
    expect(made).toMatchObject({ state: "Succeeded", attempt: built.attempt + 1 });
    expect(await world.driver.findImage(made.imageRef ?? "")).not.toBeNull();
  });

  it("are cancelled within a second, and leave no container behind", async () => {
    const build = await world.request(await world.environment({ dockerfile: `FROM ${world.engine.images.python}\nRUN sleep 300\n` }));
    await world.until("the step runs", async () =>
      (await world.store.builds.findById(build.id))?.steps.some(({ title, state }) => title === "RUN sleep 300" && state === "running") === true ? true : null,
    );
    const sleeping = async () => (await world.engine.docker.listContainers({ all: true })).filter(({ Command }) => Command.includes("sleep 300")).length;
    expect(await sleeping()).toBe(1);
    await world.store.builds.requestCancel(build.id);
    await world.store.changes.append("image_build", build.id);
    expect(await world.ended(build.id, 10_000)).toMatchObject({ state: "Canceled", reason: "BuildCanceled" });
    await world.until("the container is gone", async () => ((await sleeping()) === 0 ? true : null), 20_000);
    expect((await world.store.builds.findById(build.id))?.steps.at(-1)).toMatchObject({ title: "RUN sleep 300", state: "failed" });
  });

  it("go on through an outage of the database, their end included, and are not begun again", async () => {
    const build = await world.request(await world.environment({ dockerfile: `FROM ${world.engine.images.python}\nRUN sleep 3 && echo kept\nRUN sleep 1\n` }));
    await world.until("the step runs", async () =>
      (await world.store.builds.findById(build.id))?.steps.some(({ title }) => title.startsWith("RUN")) === true ? true : null,
    );
    await world.database.outage(() => systemClock.sleep(7000));
    const ended = await world.ended(build.id, 30_000);
    expect(ended).toMatchObject({ state: "Succeeded", attempt: 1 });
    expect(ended.steps.map(({ title, cached, state }) => [title.split(" ")[0], cached, state])).toEqual([
      ["FROM", false, "done"],
      ["RUN", false, "done"],
      ["RUN", false, "done"],
      ["List", false, "done"],
    ]);
    const log = await world.log(build.id);
    expect(log.filter((line) => line.includes("RUN sleep 3"))).toHaveLength(1);
    expect(log.filter((line) => line.endsWith("is ready."))).toHaveLength(1);
  });

  it("tell their steps with times, and what came from an earlier build", async () => {
    const from = `FROM ${world.engine.images.python}\nRUN sleep 1 && true\n`;
    const first = await world.build({ dockerfile: from });
    const again = await world.build({ dockerfile: `${from}ENV A=1\n` });
    const timed = first.steps.find(({ title }) => title.startsWith("RUN"));
    expect((timed?.finishedAt ?? 0) - (timed?.startedAt ?? 0)).toBeGreaterThan(900);
    expect(again.steps.map(({ title, cached, state }) => [title.split(" ")[0], cached, state])).toEqual([
      ["FROM", false, "done"],
      ["RUN", true, "done"],
      ["ENV", false, "done"],
      ["List", false, "done"],
    ]);
  });

  it("whose context lost a file say which one", async () => {
    const { store } = world;
    const code = await store.codes.findById(await world.code({ "a.txt": "kept" }));
    if (code === null) throw new Error("no code");
    const gone = { path: "gone.txt", sha256: "0".repeat(64), sizeBytes: 4 };
    const { id } = await store.transaction((session) => session.codes.insert({ ...code, id: `${code.id}x`, files: [...code.files, gone] }));
    const build = await world.build({ dockerfile: `FROM ${world.engine.images.python}\nCOPY . /app\n`, contextCodeId: id });
    expect(build).toMatchObject({ state: "Failed", reason: "ContextFileMissing" });
    expect(build.message).toContain("gone.txt");
  });
});
