import type { z } from "zod";
import { assertNever } from "#server/kernel/assert";
import { metricUnits, type MetricResult, type metricQuerySchema } from "#server/contract/monitoring";
import type { Db } from "../db";
import { bucketsFor } from "./buckets";
import { marksOf } from "./marks";
import { countSeries, percentileSeries, type Range } from "./requests";
import { instanceSeries, resourceSeries } from "./resources";
import type { EndpointScope } from "./scope";

/** A parsed metric query; its endpoint was checked against the workspace when the scope was made. */
export type ParsedMetricQuery = Omit<z.output<typeof metricQuerySchema>, "endpoint">;

async function seriesOf(db: Db, range: Range, metric: ParsedMetricQuery["metric"], now: number): Promise<MetricResult["series"]> {
  switch (metric) {
    case "requests":
    case "errors":
    case "bytes":
      return countSeries(db, range, metric);
    case "latency":
      return percentileSeries(db, range, "total_buckets");
    case "queue":
      return percentileSeries(db, range, "queue_buckets");
    case "model_latency":
      return percentileSeries(db, range, "model_buckets");
    case "cpu":
    case "memory":
    case "in_flight":
      return resourceSeries(db, range, metric);
    case "instances":
      return instanceSeries(db, range, now);
    default:
      return assertNever(metric, "metric");
  }
}

/**
 * One chart: at most 720 buckets of whole minutes, values per bucket (counts and bytes are totals of the bucket, the rest averages or
 * percentiles), null where nothing was measured, and marks for changes in the window.
 */
export async function queryMetric(db: Db, scope: EndpointScope, query: ParsedMetricQuery, now: number): Promise<MetricResult> {
  const buckets = bucketsFor(query.from, Math.max(query.to, query.from + 1), query.stepMs);
  const range: Range = { scope, buckets, deployment: query.deployment?.toLowerCase() ?? null, split: query.splitBy };
  const [series, marks] = await Promise.all([seriesOf(db, range, query.metric, now), marksOf(db, scope, buckets.from, query.to)]);
  return { metric: query.metric, unit: metricUnits[query.metric], from: buckets.from, stepMs: buckets.stepMs, series: [...series], marks };
}
