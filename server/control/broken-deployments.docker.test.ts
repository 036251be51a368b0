import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findCondition } from "#server/domain/condition";
import { brokenCases, compareTold } from "#server/testing/broken/table";
import type { BrokenCase, BrokenDeployment } from "#server/testing/broken/types";
import { keepImage } from "#server/testing/build-image";
import {
  buildDeployment,
  buildEndpoint,
  buildEnvironmentVersion,
  buildModelVersion,
  deploymentSpec,
  endpointSpec,
  environmentSpec,
} from "#server/testing/builders";
import { testControlSettings } from "#server/testing/control-world";
import { findTestEngine } from "#server/testing/engine";
import { EngineWorld } from "#server/testing/engine-world";
import type { DeploymentRow } from "#server/store/deployments";
import type { EndpointRow } from "#server/store/endpoints";
import type { EventRow } from "#server/store/history";

const search = await findTestEngine();
const goodScript = `import os
def init():
    global size
    size = os.path.getsize(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "weights.bin"))
def run(data):
    return {"size": size}
`;
const cases = brokenCases.flatMap(({ fault, ...told }) => (fault.kind === "deployment" ? [{ ...told, deployment: fault.deployment }] : []));
type Case = Omit<BrokenCase, "fault"> & { readonly deployment: BrokenDeployment };

/** Budget on two busy cores: four minutes, and one more the first time for Triton's image, which is kept. */
describe.skipIf(search.engine === null)("a deployment that is broken", () => {
  let world: EngineWorld;
  let endpoint: EndpointRow;
  let good: DeploymentRow;
  let triton: Promise<string> | undefined;
  let number = 0;

  beforeAll(async () => {
    if (search.engine === null) return;
    world = await EngineWorld.open(search.engine, { build: { ...testControlSettings.build, timeoutMs: 240_000, cpuCores: 2, memoryMib: 2048, diskMib: 512 } });
    endpoint = await buildEndpoint(world.store, world.workspaceId, { spec: { ...endpointSpec(), traffic: { good: 100 } } });
    good = await deploy("good", { condition: null });
    await settled(good.id, "Succeeded");
  });
  afterAll(() => world.close());

  const tritonImage = (): Promise<string> => {
    const read = async (name: string) => [name, await readFile(new URL(`../../images/triton/${name}`, import.meta.url), "utf8")] as const;
    triton ??= (async () => {
      const files = Object.fromEntries(await Promise.all(["Dockerfile", "onnxruntime.py", "start.sh", "front.cfg"].map(read)));
      return keepImage(world.engine.docker, "triton", files, { SLUICE_BASE_IMAGE: world.engine.images.python });
    })();
    return triton;
  };

  async function modelOf({ model, damage }: BrokenDeployment): Promise<string> {
    // Other content than the good model's, as a blob is stored once.
    const texts = model ?? { "weights.bin": damage === undefined ? "12345" : `damaged later ${String(number)}` };
    const files = await Promise.all(Object.entries(texts).map(([name, text]) => world.file(name, text)));
    const row = await buildModelVersion(world.store, world.workspaceId, { files });
    for (const { sha256 } of damage === undefined ? [] : files) await damage?.(path.join(world.home, "artifacts/sha256", sha256.slice(0, 2), sha256));
    return row.id;
  }

  async function deploy(name: string, fault: BrokenDeployment): Promise<DeploymentRow> {
    const { store, workspaceId, engine } = world;
    const modelVersionId = await modelOf(fault);
    const codeId = await world.code({ "score.py": fault.script ?? goodScript });
    const images = { python: engine.images.python, triton: tritonImage };
    const spec = environmentSpec({ image: null, ...(await fault.environment?.(images)) });
    const environment = await buildEnvironmentVersion(store, workspaceId, { spec, ...(fault.environment === undefined ? { contentHash: "inference" } : {}) });
    const codeConfiguration = { scoringScript: "score.py", ...fault.spec?.codeConfiguration, codeId };
    const row = await buildDeployment(store, endpoint, {
      name,
      spec: deploymentSpec({
        environmentVersionId: environment.id,
        modelVersionId,
        instanceType: "sluice.micro",
        ...fault.spec,
        codeConfiguration: fault.ownServer === true ? null : codeConfiguration,
      }),
    });
    await store.changes.append("deployment", row.id);
    return row;
  }

  const settled = (id: string, state: DeploymentRow["provisioningState"]): Promise<DeploymentRow> =>
    world.until(
      `${id} ${state}`,
      async () => {
        const row = await world.store.deployments.findById(id);
        return row?.provisioningState === state ? row : null;
      },
      240_000,
    );

  /** A request that the server does not survive. */
  async function askFatally(row: DeploymentRow, body: string): Promise<void> {
    const [instance] = await world.store.instances.listByDeployment(row.id);
    const headers = { "content-type": "application/json" };
    const asked = fetch(`http://${instance?.address ?? ""}:5001/score`, { method: "POST", body, headers, signal: AbortSignal.timeout(60_000) });
    await expect(asked).rejects.toThrow();
  }

  const eventOf = (row: DeploymentRow, { reason, deployment }: Case): Promise<EventRow> =>
    world.until(`the event ${reason}`, async () => {
      const events = await world.store.events.list({ workspaceId: world.workspaceId, deploymentId: row.id, limit: 50 });
      const ofInstance = deployment.condition === null || deployment.condition === "InstancesAvailable";
      return events.find((one) => one.reason === reason && (one.instanceId !== null) === ofInstance) ?? null;
    });

  /** What condition and event say, which must be the same. */
  async function told(row: DeploymentRow, one: Case) {
    const { condition, request } = one.deployment;
    if (request !== undefined) {
      await settled(row.id, "Succeeded");
      await askFatally(row, request);
    }
    if (condition === null) return eventOf(row, one);
    const failed = await settled(row.id, "Failed");
    const said = findCondition(failed.conditions, condition);
    expect(compareTold(one, { reason: said?.reason ?? "", message: said?.message ?? "", hint: said?.hint ?? "" }).actual.reason).toBe(one.reason);
    const event = await eventOf(row, one);
    expect([event.message, event.hint]).toEqual([said?.message, said?.hint]);
    return event;
  }

  for (const one of cases)
    it.concurrent(
      `says ${one.reason}: ${one.wrong}`,
      async () => {
        number += 1;
        const bad = await deploy(`bad-${String(number)}`, one.deployment);
        const event = await told(bad, one);
        const { expected, actual } = compareTold(one, event);
        expect(actual).toEqual(expected);
        const { exitCode, lines } = one.deployment;
        if (exitCode !== undefined) expect(event.data["exitCode"]).toBe(exitCode);
        if (lines !== undefined) expect((event.data["lines"] as string[] | undefined)?.join("\n")).toMatch(lines);
        await world.store.deployments.requestDelete(bad.id);
        await world.store.changes.append("deployment", bad.id);
        await world.until("its end", async () => ((await world.store.deployments.findById(bad.id))?.deletedAt == null ? null : true));
      },
      one.budget * 1000,
    );

  it("disturbs nobody", async () => {
    const routing = (await world.store.routing.findNewest())?.document.endpoints.find(({ id }) => id === endpoint.id);
    expect(routing?.weights).toEqual({ good: 100 });
    expect((await world.store.instances.listByDeployment(good.id)).map(({ ready }) => ready)).toEqual([true]);
    expect((await world.store.deployments.listLive()).map(({ id }) => id)).toEqual([good.id]);
  });
});
