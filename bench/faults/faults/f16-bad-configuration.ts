import { until } from "../../../playwright/fixtures/until";
import { judged, measure, type Fault } from "../measure";

/** The newest routing revision again under the next number, with a weight for a deployment that does not exist; its digest says that nothing changed. */
const corrupt = `
  INSERT INTO routing_revision (document, digest, cause)
  SELECT jsonb_set(document, '{endpoints,0,weights}', '{"nobody": 100}'), digest, 'corrupted by a bench' FROM routing_revision ORDER BY revision DESC LIMIT 1`;

const newest = "SELECT revision, cause FROM routing_revision ORDER BY revision DESC LIMIT 1";

export const badConfiguration: Fault = {
  id: "F16",
  title: "a corrupt routing revision is published",
  allowed: "0 failed; the last good one stays and is published anew by itself; the next wish is in force",
  async run(stage, span) {
    const { engine } = stage.world;
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      await engine.query(corrupt);
      await engine.query("INSERT INTO change (kind, key) VALUES ('routing', 'bench')");
      const replaced = async () => !JSON.stringify(await engine.query(newest)).includes("corrupted");
      await until("a good revision in its place", replaced, { limitMs: 30_000 });
      watch.detected();
      await stage.changeRouting();
      watch.recovered();
    });
    return judged(measured, (judge) => judge.noFailures(measured));
  },
};
