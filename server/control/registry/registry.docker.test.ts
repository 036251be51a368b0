import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findCondition } from "#server/domain/condition";
import { newId } from "#server/kernel/ids";
import { programImage } from "#server/drivers/docker/test-harness";
import type { DeploymentRow } from "#server/store/deployments";
import { brokenCase, compareTold } from "#server/testing/broken/table";
import type { BrokenCase } from "#server/testing/broken/types";
import { buildDeployment, buildEndpoint, deploymentSpec } from "#server/testing/builders";
import { testVault } from "#server/testing/control-world";
import { findTestEngine } from "#server/testing/engine";
import { EngineWorld } from "#server/testing/engine-world";
import { startRegistry, type TestRegistry } from "#server/testing/registry";

const search = await findTestEngine();
const root = { path: "/", port: 5001 };
const inferenceConfig = { liveness: root, readiness: root, scoring: root, scoringRoutes: [], pathPrefix: null, http2: false };

/** Debian's registry with accounts. Budget on two busy cores: three minutes. */
describe.skipIf(search.engine === null)("a real registry with accounts", () => {
  let world: EngineWorld;
  let registry: TestRegistry;
  let image: string;
  beforeAll(async () => {
    if (search.engine === null) return;
    world = await EngineWorld.open(search.engine);
    registry = await startRegistry(search.engine, world.installation);
    image = await programImage(search.engine);
  });
  afterAll(async () => {
    await world.close();
    await registry.close();
  });

  const connect = async (password: string): Promise<string> => {
    const id = newId("connection");
    const sealed = testVault.seal(JSON.stringify({ password }), id);
    const { address, auth } = registry;
    const row = { id, workspaceId: world.workspaceId, name: id, kind: "container_registry" as const, address, properties: { username: auth.username } };
    await world.store.connections.insert({ ...row, createdBy: "usr", createdAt: Date.now(), sealed });
    await world.store.changes.append("connection", id);
    return id;
  };
  const disconnect = async (): Promise<void> => {
    for (const { id } of await world.store.connections.listByWorkspace(world.workspaceId)) await world.store.connections.remove(id);
  };
  const deploy = async (tag: string): Promise<DeploymentRow> => {
    const endpoint = await buildEndpoint(world.store, world.workspaceId);
    const environment = await world.environment({ image: registry.reference(tag), inferenceConfig });
    const row = await buildDeployment(world.store, endpoint, { spec: deploymentSpec({ environmentVersionId: environment.id, instanceType: "sluice.micro" }) });
    await world.store.changes.append("deployment", row.id);
    return row;
  };
  const settled = (id: string, state: DeploymentRow["provisioningState"]) =>
    world.until(`${id} ${state}`, async () => {
      const row = await world.store.deployments.findById(id);
      return row?.provisioningState === state ? row : null;
    });
  const runningImages = async (id: string): Promise<readonly string[]> => {
    const rows = await world.store.instances.listByDeployment(id);
    const containers = rows.filter((row) => row.ready).map((row) => world.engine.docker.getContainer(row.containerId ?? "").inspect());
    return (await Promise.all(containers)).map(({ Config }) => Config.Image);
  };
  const reasonOf = (row: DeploymentRow) => findCondition(row.conditions, "ImageReady");
  const saysAs = (told: BrokenCase, row: DeploymentRow): void => {
    const said = reasonOf(row);
    const { expected, actual } = compareTold(told, { reason: said?.reason ?? "", message: said?.message ?? "", hint: said?.hint ?? "" });
    expect(actual).toEqual(expected);
  };
  const pinned = (digest: string): string => `${registry.address}/team/app@${digest}`;

  it("refuses without credentials and with wrong ones, each with what to do, and serves once they are right", async () => {
    await registry.publish("secret", image);
    const blue = await deploy("secret");
    expect(reasonOf(await settled(blue.id, "Failed"))).toMatchObject({
      reason: "RegistryDenied",
      hint: expect.stringContaining("Add a connection") as unknown,
    });
    const wrong = await connect("wrong");
    await world.until("the wrong password shows", async () => ((await world.store.connections.findById(wrong))?.state === "Denied" ? true : null));
    const green = await deploy("secret");
    saysAs(brokenCase("RegistryDenied"), await settled(green.id, "Failed"));
    await disconnect();
    await connect(registry.auth.password.reveal());
    await settled(blue.id, "Succeeded");
    await settled(green.id, "Succeeded");
  });

  it("lets its tags move without touching what runs: replaced instances get the pinned digest, new deployments the new one", async () => {
    await disconnect();
    await connect(registry.auth.password.reveal());
    const first = await registry.publish("moving", image);
    const blue = await deploy("moving");
    const row = await settled(blue.id, "Succeeded");
    expect(await runningImages(blue.id)).toEqual([pinned(first)]);
    expect(await world.store.deployments.findRevision(blue.id, row.generation)).toMatchObject({ imageDigest: first });

    const other = await world.build({ dockerfile: `FROM ${image}\nENV MOVED=1\n` });
    const second = await registry.publish("moving", other.imageRef ?? "");
    expect(second).not.toBe(first);
    const [instance] = await world.store.instances.listByDeployment(blue.id);
    await world.engine.docker.getContainer(instance?.containerId ?? "").kill({ signal: "SIGKILL" });
    await world.until("a successor", async () =>
      (await world.store.instances.listByDeployment(blue.id)).some((one) => one.id !== instance?.id && one.ready) ? true : null,
    );
    expect(await runningImages(blue.id)).toEqual([pinned(first)]);
    const green = await deploy("moving");
    await settled(green.id, "Succeeded");
    expect(await runningImages(green.id)).toEqual([pinned(second)]);

    await world.store.deployments.requestRoll(blue.id);
    await world.store.changes.append("deployment", blue.id);
    await world.until("the roll", async () => ((await runningImages(blue.id)).join() === pinned(second) ? true : null));
  });

  it("that lost a tag is a reason of its own, and a base behind accounts is pulled and pinned for a build", async () => {
    await disconnect();
    await connect(registry.auth.password.reveal());
    const digest = await registry.publish("base", image);
    const reference = registry.reference("base");
    const built = await world.build({ dockerfile: `FROM ${reference}\nRUN true\n` });
    expect(built, JSON.stringify(await world.log(built.id))).toMatchObject({ state: "Succeeded", bases: [{ reference, digest }] });
    expect(await world.log(built.id)).toContain(`base ${reference} is ${digest}`);
    await registry.forget("base");
    const gone = await deploy("base");
    saysAs(brokenCase("ImageTagMissing"), await settled(gone.id, "Failed"));
    const failed = await world.build({ dockerfile: `FROM ${reference}\nRUN echo again\n` });
    expect(failed).toMatchObject({ state: "Failed", reason: "ImageTagMissing" });
  });
});
