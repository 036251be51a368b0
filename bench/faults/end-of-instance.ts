import type { InstanceDto } from "#server/contract/deployment";
import { until } from "../../playwright/fixtures/until";
import type { Watch } from "./measure";
import type { Stage } from "./stage";

/** Ends an instance in some way, waits until the product knows and has replaced it, and answers when its container really ended. */
export async function replaceAfter(stage: Stage, victim: InstanceDto, watch: Watch, end: () => Promise<unknown>): Promise<number> {
  const ended = stage.world.engine
    .instance(victim.id)
    .wait()
    .then(() => Date.now());
  await end();
  await until("its end to be known", async () => (await stage.instances(stage.quick)).every(({ id }) => id !== victim.id));
  watch.detected();
  await stage.whole(stage.quick, 2, victim.id);
  watch.recovered();
  return ended;
}
