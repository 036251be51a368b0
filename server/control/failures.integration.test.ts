import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findCondition } from "#server/domain/condition";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import type { EnvironmentSpec } from "#server/domain/environment/types";
import { DriverError } from "#server/drivers/compute-driver";
import type { SimBehaviourInput } from "#server/drivers/sim/behaviour";
import { buildEnvironmentVersion, buildModelVersion, environmentSpec } from "#server/testing/builders";
import { ControlWorld } from "#server/testing/control-world";

let world: ControlWorld;
beforeEach(async () => {
  world = await ControlWorld.open({ images: ["example/inference:1", "example/initializer:1", "example/python:1"] });
});
afterEach(async () => {
  await world.close();
});

const traceback = (last: string) => [
  "!Failed to import user script because it raised an unhandled exception",
  "!Traceback (most recent call last):",
  '!  File "/var/azureml-app/onlinescoring/score.py", line 3, in <module>',
  `!${last}`,
];
const exits = (logs: readonly string[], more: SimBehaviourInput = {}): SimBehaviourInput => ({
  logs: [...logs],
  exitAfterMs: 500,
  exitCode: 3,
  readyAfterMs: 60_000,
  ...more,
});

interface Failure {
  readonly what: string;
  readonly reason: string;
  readonly condition: "SpecValid" | "ImageReady" | "ModelStaged" | "InstancesAvailable";
  readonly behaviour?: SimBehaviourInput;
  readonly spec?: () => Promise<Partial<DeploymentSpec>>;
  readonly limitMs?: number;
  readonly template?: string;
}

const environment = async (over: Partial<EnvironmentSpec>): Promise<Partial<DeploymentSpec>> => {
  const spec = environmentSpec({ image: null, ...over });
  return { environmentVersionId: (await buildEnvironmentVersion(world.store, world.workspaceId, { spec })).id };
};
const model = async (file: { path: string; sha256: string; sizeBytes: number }): Promise<Partial<DeploymentSpec>> => ({
  modelVersionId: (await buildModelVersion(world.store, world.workspaceId, { files: [file] })).id,
});

const failures: readonly Failure[] = [
  {
    what: "a script without init()",
    reason: "ScriptMissingInit",
    condition: "InstancesAvailable",
    behaviour: exits(traceback("azureml_inference_server_http.server.exceptions.AzmlinfsrvError: score.py does not have a init() function defined.")),
  },
  { what: "a syntax error", reason: "ScriptSyntaxError", condition: "InstancesAvailable", behaviour: exits(traceback("SyntaxError: invalid syntax")) },
  {
    what: "a package that is missing",
    reason: "ScriptImportError",
    condition: "InstancesAvailable",
    behaviour: exits(traceback("ModuleNotFoundError: No module named 'sklearn'")),
  },
  { what: "a container that exits", reason: "ContainerExited", condition: "InstancesAvailable", behaviour: exits(["bye"]) },
  { what: "a container that needs too much memory", reason: "InitOutOfMemory", condition: "InstancesAvailable", behaviour: exits([], { outOfMemory: true }) },
  { what: "a container that cannot be started", reason: "CannotStart", condition: "InstancesAvailable", behaviour: { startError: "no such device" } },
  { what: "a container that never gets ready", reason: "NeverReady", condition: "InstancesAvailable", behaviour: { neverReady: true }, limitMs: 400_000 },
  {
    what: "a scoring script that is not in the code",
    reason: "ScoringScriptMissing",
    condition: "SpecValid",
    spec: async () => ({
      codeConfiguration: { codeId: (await world.deployment(await world.endpoint(), "other")).spec.codeConfiguration?.codeId ?? "", scoringScript: "nope.py" },
    }),
  },
  {
    what: "an instance type that nobody knows",
    reason: "InstanceTypeUnknown",
    condition: "SpecValid",
    spec: () => Promise.resolve({ instanceType: "Standard_X99" }),
  },
  {
    what: "a conda file with a system package",
    reason: "DependenciesUnsolvable",
    condition: "ImageReady",
    spec: () => environment({ condaFile: "dependencies:\n  - python=3.11\n  - cudatoolkit=11.8\n" }),
  },
  {
    what: "an image that does not build",
    reason: "BuildFailed",
    condition: "ImageReady",
    template: "FROM @BASE@\nRUN exit 7\n",
    spec: () => environment({ requirements: "numpy\n" }),
  },
  {
    what: "a Dockerfile that the engine would not take",
    reason: "DockerfileInvalid",
    condition: "ImageReady",
    spec: () => environment({ dockerfile: "FROM a\nRUM b\n" }),
  },
  {
    what: "a Dockerfile that fails",
    reason: "BuildFailed",
    condition: "ImageReady",
    spec: () => environment({ dockerfile: "FROM example/python:1\nRUN exit 3\n" }),
  },
  { what: "an image that is not in the registry", reason: "ImageTagMissing", condition: "ImageReady", spec: () => environment({ image: "missing/image:1" }) },
  { what: "an image that the registry refuses", reason: "RegistryDenied", condition: "ImageReady", spec: () => environment({ image: "private/image:1" }) },
  {
    what: "an image whose registry is away",
    reason: "RegistryUnreachable",
    condition: "ImageReady",
    spec: () => environment({ image: "away/image:1" }),
  },
  {
    what: "a file with a wrong checksum",
    reason: "ChecksumMismatch",
    condition: "ModelStaged",
    spec: () => model({ ...world.file("model.pkl", "tampered"), sha256: createHash("sha256").update("registered").digest("hex") }),
  },
  {
    what: "a file that is missing from the store",
    reason: "ArtifactMissing",
    condition: "ModelStaged",
    spec: () => model({ path: "model.pkl", sha256: "f".repeat(64), sizeBytes: 3 }),
  },
];

describe("a failure", () => {
  it.each(failures)("$what ends in $reason, with event and hint, weight 0, and disturbs nothing else", async (failure) => {
    const endpoint = await world.endpoint();
    const good = await world.deployment(endpoint, "good");
    await world.untilState(good.id, "Succeeded");
    await world.traffic(endpoint.id, { good: 100 });
    if (failure.template !== undefined) world.template = failure.template;
    world.tamper = failure.reason === "ChecksumMismatch";
    if (failure.behaviour !== undefined) world.sim.behave("bad", failure.behaviour);
    const bad = await world.deployment(endpoint, "bad", await failure.spec?.());
    await world.untilState(bad.id, "Failed", failure.limitMs);

    const row = await world.state(bad.id);
    const condition = findCondition(row?.conditions ?? [], failure.condition);
    expect(condition).toMatchObject({ status: "False", reason: failure.reason });
    expect(condition?.hint ?? "").not.toBe("");
    expect(row?.lastError).not.toBeNull();
    const events = await world.store.events.list({ workspaceId: world.workspaceId, deploymentId: bad.id, limit: 50 });
    const event = events.find((one) => one.reason === failure.reason);
    expect(event).toBeDefined();
    expect(event?.hint ?? "").not.toBe("");

    const routed = (await world.store.routing.findNewest())?.document.endpoints.find((one) => one.id === endpoint.id);
    expect(routed?.weights).toEqual({ good: 100 });
    expect((await world.state(good.id))?.provisioningState).toBe("Succeeded");
    expect(findCondition((await world.state(good.id))?.conditions ?? [], "Ready")?.status).toBe("True");
  });

  it("keeps the log's lines and the exit code in its event", async () => {
    world.sim.behave("bad", exits(traceback("ModuleNotFoundError: No module named 'sklearn'")));
    const bad = await world.deployment(await world.endpoint(), "bad");
    await world.untilState(bad.id, "Failed");
    const event = (await world.store.events.list({ workspaceId: world.workspaceId, deploymentId: bad.id, limit: 50 })).find(
      (one) => one.instanceId !== null && one.reason === "ScriptImportError",
    );
    expect(event?.data).toMatchObject({ exitCode: 3 });
    expect(JSON.stringify(event?.data["lines"])).toContain("No module named 'sklearn'");
    expect(event?.hint).toContain("scikit-learn");
  });

  it("is tried again ever more slowly, stays visible meanwhile, and heals by itself", async () => {
    world.sim.behave("bad", exits(["boom"]));
    const bad = await world.deployment(await world.endpoint(), "bad");
    await world.untilState(bad.id, "Failed");
    await world.pass(60_000);
    const tries = (await world.store.instances.listHistory(bad.id, 100)).length;
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(10);
    expect((await world.state(bad.id))?.provisioningState).toBe("Failed");
    expect((await world.store.instances.listByDeployment(bad.id)).length).toBeLessThanOrEqual(2);
    world.sim.behave("bad", { exitAfterMs: null, readyAfterMs: 0, logs: [] });
    await world.untilState(bad.id, "Succeeded", 400_000);
  });

  it("of a changed spec leaves the version before serving", async () => {
    const endpoint = await world.endpoint();
    const blue = await world.deployment(endpoint, "blue");
    await world.untilState(blue.id, "Succeeded");
    await world.traffic(endpoint.id, { blue: 100 });
    world.sim.behave("blue", exits(["boom"]));
    await world.change(blue.id, { environmentVariables: { A: "1" } }, "hash-2");
    await world.untilState(blue.id, "Failed");
    const routed = (await world.store.routing.findNewest())?.document.endpoints[0];
    expect(routed?.weights).toEqual({ blue: 100 });
    expect(routed?.deployments[0]?.instances.filter((instance) => instance.mode === "serve")).toHaveLength(1);
  });

  it("of the engine is transient: the host says so, and everything goes on when it is back", async () => {
    world.sim.failNext("hostView", new DriverError("unreachable", "connect ENOENT"), 3);
    await world.pass(11_000);
    const [host] = await world.store.hosts.list();
    expect(findCondition(host?.conditions ?? [], "EngineReachable")?.status).toBeDefined();
    world.sim.failNext("createInstance", new DriverError("unreachable", "connect ENOENT"), 4);
    const blue = await world.deployment(await world.endpoint(), "blue");
    await world.untilState(blue.id, "Succeeded");
    expect(world.sim.containers.size).toBe(1);
  });
});
