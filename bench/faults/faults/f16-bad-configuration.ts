import { until } from "../../../playwright/fixtures/until";
import { judged, measure, type Fault } from "../measure";

/** The newest routing revision again under the next number, with a weight for a deployment that does not exist; its digest says that nothing changed. */
const corrupt = `
  INSERT INTO routing_revision (document, digest, cause)
  SELECT jsonb_set(document, '{endpoints,0,weights}', '{"nobody": 100}'), digest, 'corrupted by a bench' FROM routing_revision ORDER BY revision DESC LIMIT 1`;

export const badConfiguration: Fault = {
  id: "F16",
  title: "a corrupt routing revision is published",
  allowed: "0 failed; the last good one stays; it is said",
  async run(stage, span) {
    const { api, engine } = stage.world;
    const refusal = async () => (await api.endpoint(stage.quick)).conditions.find(({ reason }) => reason === "GatewayRefused");
    let said = "";
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      await engine.query(corrupt);
      await engine.query("INSERT INTO change (kind, key) VALUES ('routing', 'bench')");
      said = (await until("the refusal to be said", refusal, { limitMs: 30_000 })).message;
      watch.detected();
      await watch.hold(span.ms);
      const healedAt = Date.now();
      // Any other wish makes another revision, which takes the corrupt one's place.
      const other = await stage.world.endpoint("other");
      await until("the next revision to be in force", async () => (await refusal()) === undefined, { limitMs: 30_000 });
      watch.recovered(healedAt);
      await stage.world.remove(other);
    });
    return judged(measured, (judge) => judge.noFailures(measured).that(said !== "", "nothing said that it was refused"), [`said: ${said}`]);
  },
};
