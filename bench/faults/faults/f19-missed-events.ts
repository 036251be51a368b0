import path from "node:path";
import { startProduct, stopProduct } from "../../../playwright/fixtures/product-process";
import { until } from "../../../playwright/fixtures/until";
import { judged, loadAt, measure, type Fault } from "../measure";
import { Relay } from "../relay";
import { failedOf, tally } from "../report";

const concurrency = 16;
const findWithinMs = 10_000;

export const missedEvents: Fault = {
  id: "F19",
  title: "the engine's events get lost while an instance dies",
  allowed: "drift found in 10 s; only what it had in hand is lost",
  async run(stage, span) {
    const { engine, product } = stage.world;
    // The product sees the engine through a relay that lets nothing of the event stream pass.
    const relay = await Relay.open(path.join(product.home, "engine-relay.sock"), product.dockerSocket, (head) => /^GET \/(v[\d.]+\/)?events/.test(head));
    await stopProduct();
    try {
      await startProduct({ DOCKER_HOST: `unix://${path.join(product.home, "engine-relay.sock")}` });
      const [victim] = await stage.whole(stage.quick, 2);
      if (victim === undefined) throw new Error("there is no instance");
      const measured = await measure(stage, stage.standing(), span, async (watch) => {
        await engine.killInstance(victim.id);
        await until("its end to be found", async () => (await stage.instances(stage.quick)).every(({ id }) => id !== victim.id));
        watch.detected();
        await stage.whole(stage.quick, 2, victim.id);
        watch.recovered();
      });
      const quick = loadAt(measured, 0);
      return judged(
        measured,
        (judge) =>
          judge
            .atMost("found after", measured.detectMs ?? Infinity, findWithinMs, " ms")
            .failures(quick, concurrency)
            .failures(loadAt(measured, 1), 0),
        [tally(failedOf(quick))],
      );
    } finally {
      await stopProduct();
      await relay.close();
      await startProduct();
    }
  },
};
