import path from "node:path";
import { startProduct, stopProduct } from "../../../playwright/fixtures/product-process";
import { replaceAfter } from "../end-of-instance";
import { judged, loadAt, measure, type Fault } from "../measure";
import { Relay } from "../relay";

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
      const victim = await stage.victim();
      let endedAt = 0;
      const measured = await measure(stage, stage.standing(), span, async (watch) => {
        endedAt = await replaceAfter(stage, victim, watch, () => engine.killInstance(victim.id));
      });
      return judged(measured, (judge) =>
        judge
          .atMost("found after", measured.detectMs ?? Infinity, findWithinMs, " ms")
          .onlyInHand(loadAt(measured, 0), endedAt)
          .failures(loadAt(measured, 1), 0),
      );
    } finally {
      await stopProduct();
      await relay.close();
      await startProduct();
    }
  },
};
