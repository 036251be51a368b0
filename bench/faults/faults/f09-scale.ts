import { judged, measure, type Fault } from "../measure";

export const scaling: Fault = {
  id: "F9",
  title: "scaling 1 → 4 → 1 under load",
  allowed: "0 failed",
  async run(stage, span) {
    const { api } = stage.world;
    const scale = async (count: number): Promise<void> => {
      const { generation } = await api.deployment(stage.quick, "blue");
      await api.scale(stage.quick, "blue", generation, count);
      await stage.whole(stage.quick, count);
    };
    await scale(1);
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      await scale(4);
      watch.note(`four ready after ${String(Date.now() - watch.injectedAt)} ms`);
      await watch.hold(span.ms);
      const downAt = Date.now();
      await scale(1);
      watch.note(`one left after ${String(Date.now() - downAt)} ms`);
    });
    await scale(2);
    return judged(measured, (judge) => judge.noFailures(measured));
  },
};
