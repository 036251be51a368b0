import { setTimeout as delay } from "node:timers/promises";
import { ensureGatewayContainer, type GatewayContainerOptions } from "#server/drivers/docker/gateway-container";
import { until } from "../../../playwright/fixtures/until";
import { judged, measure, type Fault } from "../measure";
import type { Stage } from "../stage";

const longCallMs = 60_000;

/** What the product's own gateway was started with, but another image: as a release would bring it. */
async function upgraded(stage: Stage, image: string): Promise<GatewayContainerOptions> {
  const { engine, product } = stage.world;
  const { Config, HostConfig } = await engine.gateway.inspect();
  const folderAt = (inside: string): string => (HostConfig.Binds ?? []).find((bind) => bind.endsWith(`:${inside}`))?.slice(0, -inside.length - 1) ?? "";
  return {
    socketPath: product.dockerSocket,
    installationId: product.installationId,
    image,
    directory: folderAt("/var/lib/sluice-gateway"),
    apiDirectory: folderAt("/run/sluice"),
    settings: "",
    user: Config.User,
    privilegedPort: false,
  };
}

export const gatewayUpgrade: Fault = {
  id: "F15",
  title: "the gateway is replaced by another image, twice",
  allowed: "0 failed; a call of 60 s that was under way finishes",
  async run(stage, span) {
    const { engine } = stage.world;
    const { Config } = await engine.gateway.inspect();
    const image = `${stage.image.replace(/:.*/, "")}:gateway`;
    await engine.buildImage(image, `FROM ${Config.Image}\nLABEL io.sluice.bench=upgrade\n`, {});
    const endpoint = await stage.serve("long", { delayMs: 5, requestTimeoutMs: longCallMs + 20_000 });
    const scorer = await stage.world.scorer(endpoint);
    const long = scorer.score({ body: { delay_ms: longCallMs }, timeoutMs: longCallMs + 30_000 });
    const outcomes: string[] = [];
    const specs = [...stage.standing(), { name: "new connections", endpoint: stage.quick, perSecond: 20, freshConnections: true }];
    const measured = await measure(stage, specs, span, async (watch) => {
      for (const next of [image, Config.Image]) {
        outcomes.push(await ensureGatewayContainer(await upgraded(stage, next)));
        // The new one's agent has read back what its proxy runs, and takes changes.
        await until("a change of routing", async () => (await stage.changeRouting()) < Infinity, { limitMs: 60_000 });
        await delay(span.ms / 2);
      }
      watch.note(outcomes.join(", "));
    });
    const { status, latencyMs } = await long;
    scorer.close();
    await stage.world.remove(endpoint);
    await engine.docker.getImage(image).remove({ force: true });
    return judged(
      measured,
      (judge) =>
        judge
          .noFailures(measured)
          .that(
            outcomes.every((outcome) => outcome === "replaced"),
            `it was not replaced: ${outcomes.join(", ")}`,
          )
          .that(status === 200, `the call of 60 s was answered with ${String(status)}`),
      [`the call of 60 s: ${String(status)} after ${(latencyMs / 1000).toFixed(1)} s`],
    );
  },
};
