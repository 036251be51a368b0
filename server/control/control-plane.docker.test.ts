import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildDeployment, buildEndpoint, buildModelVersion, deploymentSpec } from "#server/testing/builders";
import { findTestEngine } from "#server/testing/engine";
import { EngineWorld } from "#server/testing/engine-world";

const search = await findTestEngine();
const script = `import os
def init():
    global size
    size = os.path.getsize(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "weights.bin"))
def run(data):
    return {"size": size}
`;

/** What goes wrong is `broken-deployments.docker.test.ts`. */
describe.skipIf(search.engine === null)("the control plane on a real engine", () => {
  let world: EngineWorld;
  beforeAll(async () => {
    if (search.engine !== null) world = await EngineWorld.open(search.engine);
  });
  afterAll(() => world.close());

  it("brings model and script to an answer, replaces a killed container, and leaves nothing after deletion", async () => {
    const { store, workspaceId } = world;
    const endpoint = await buildEndpoint(store, workspaceId);
    const model = await buildModelVersion(store, workspaceId, { files: [await world.file("weights.bin", "12345")] });
    const spec = deploymentSpec({
      environmentVersionId: (await world.environment({})).id,
      modelVersionId: model.id,
      codeConfiguration: { codeId: await world.code({ "score.py": script }), scoringScript: "score.py" },
      instanceType: "sluice.micro",
    });
    const blue = await buildDeployment(store, endpoint, { name: "blue", spec });
    await store.changes.append("deployment", blue.id);
    await world.until("success", async () => ((await store.deployments.findById(blue.id))?.provisioningState === "Succeeded" ? true : null));
    const [first] = await store.instances.listByDeployment(blue.id);
    const answer = await fetch(`http://${first?.address ?? ""}:5001/score`, { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
    expect(await answer.json()).toEqual({ size: 5 });

    await world.engine.docker.getContainer(first?.containerId ?? "").kill({ signal: "SIGKILL" });
    const isSuccessor = (row: { readonly id: string; readonly ready: boolean }): boolean => row.id !== first?.id && row.ready;
    await world.until("a successor", async () => ((await store.instances.listByDeployment(blue.id)).some(isSuccessor) ? true : null));
    expect((await store.instances.findById(first?.id ?? ""))?.exitCode).toBe(137);

    await store.endpoints.requestDelete(endpoint.id);
    await store.changes.append("endpoint", endpoint.id);
    await world.until("the end", async () => ((await store.endpoints.findById(endpoint.id))?.deletedAt == null ? null : true));
    const owned = await world.driver.listOwned();
    expect([owned.instances, owned.volumes, owned.networks]).toEqual([[], [], []]);
  });
});
