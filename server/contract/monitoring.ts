import { z } from "zod";
import { timestampSchema } from "./common";

export const metricNames = ["requests", "errors", "latency", "queue", "model_latency", "in_flight", "cpu", "memory", "bytes", "instances"] as const;

/** What the values of each metric are measured in. */
export const metricUnits = {
  requests: "count",
  errors: "count",
  latency: "ms",
  queue: "ms",
  model_latency: "ms",
  in_flight: "count",
  cpu: "cores",
  memory: "bytes",
  bytes: "bytes",
  instances: "count",
} as const satisfies Record<(typeof metricNames)[number], string>;

export const metricQuerySchema = z.object({
  endpoint: z.string(),
  deployment: z.string().optional(),
  metric: z.enum(metricNames),
  from: timestampSchema,
  to: timestampSchema,
  /** Width of a bucket; the server widens it so that no more than 720 come back. */
  stepMs: z.number().int().min(60_000).optional(),
  splitBy: z.enum(["none", "deployment", "status_class", "instance"]).default("none"),
});
export type MetricQuery = z.input<typeof metricQuerySchema>;

/** One line of a chart. A value is null where nothing was measured: a gap, never a zero. */
export const metricSeriesSchema = z.object({
  /** Deployment name, status class ("2xx"), instance id, or percentile ("p50"). */
  key: z.string(),
  deployment: z.string().nullable(),
  percentile: z.number().nullable(),
  values: z.array(z.number().nullable()),
});
export const metricResultSchema = z.object({
  metric: z.enum(metricNames),
  unit: z.enum(["count", "ms", "cores", "bytes", "percent"]),
  from: timestampSchema,
  stepMs: z.number(),
  series: z.array(metricSeriesSchema),
  /** Vertical marks: splits, rollouts, scale changes. */
  marks: z.array(
    z.object({
      at: timestampSchema,
      kind: z.string(),
      text: z.string(),
      /** The entry of the activity that tells it in full; null when that is not kept any more. */
      entry: z.object({ id: z.string(), at: timestampSchema }).nullable(),
    }),
  ),
});
export type MetricResult = z.infer<typeof metricResultSchema>;

/** The numbers of an overview: the last hour beside the hour before, with sparklines of minutes. */
export const endpointSummarySchema = z.object({
  windowMs: z.number(),
  requests: z.number(),
  requestsBefore: z.number(),
  requestsPerMinute: z.array(z.number().nullable()),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  p95MsBefore: z.number().nullable(),
  errorRate: z.number().nullable(),
  errorRateBefore: z.number().nullable(),
  inFlight: z.number(),
  costPerHour: z.number(),
  costToday: z.number(),
  /** Real share of the last five minutes by deployment, in percent, with the request count it rests on. */
  observed: z.object({ requests: z.number(), share: z.record(z.string(), z.number()) }),
  deployments: z.array(
    z.object({
      name: z.string(),
      requests: z.number(),
      requestsPerMinute: z.number(),
      p95Ms: z.number().nullable(),
      errorRate: z.number().nullable(),
      cpuCores: z.number().nullable(),
      memoryBytes: z.number().nullable(),
      costPerHour: z.number(),
    }),
  ),
});
export type EndpointSummaryDto = z.infer<typeof endpointSummarySchema>;

export const requestRowSchema = z.object({
  requestId: z.string(),
  clientRequestId: z.string(),
  startedAt: timestampSchema,
  deployment: z.string(),
  instanceId: z.string(),
  method: z.string(),
  path: z.string(),
  status: z.number().int(),
  modelStatus: z.number().int(),
  /** gRPC's status where the caller got one before any message, else -1. */
  grpcStatus: z.number().int(),
  errorCode: z.string(),
  queueMs: z.number(),
  modelMs: z.number(),
  totalMs: z.number(),
  requestBytes: z.number(),
  responseBytes: z.number(),
  keyName: z.string(),
  /** Whom the caller's token is about; empty for callers with keys. */
  subject: z.string(),
});
export type RequestRowDto = z.infer<typeof requestRowSchema>;

/** Whose lines are asked for. The doctor's are of the containers in which it tried a deployment, before and after that was made. */
export const logContainers = ["inference-server", "storage-initializer", "image-build", "doctor"] as const;
export type LogContainer = (typeof logContainers)[number];

/** Stands for the id of the first line that is kept, so that a log can be read forward from its beginning. */
export const oldestLine = "oldest";

/** Which page of a log: at most one position; without any, the newest `limit` lines. */
export const logPositionSchema = z.object({
  /** A page's `next`: only lines that came after it. */
  after: z.string().optional(),
  /** A line's id: the newest lines older than it. */
  before: z.string().max(300).optional(),
  /** A line's id, or `oldest`: that line and those after it. */
  from: z.string().max(300).optional(),
  limit: z.number().int().min(1).max(10_000).default(2000),
});

export const logQuerySchema = z.object({
  endpoint: z.string(),
  deployment: z.string().optional(),
  instanceId: z.string().optional(),
  container: z.enum(logContainers).default("inference-server"),
  ...logPositionSchema.shape,
});

export const logLineSchema = z.object({
  /** Position: opaque, grows with time within one source. */
  id: z.string(),
  at: z.number(),
  deployment: z.string(),
  instanceId: z.string(),
  stream: z.enum(["stdout", "stderr"]),
  text: z.string(),
  /** It goes on with the entry of the line before it, as the lines of a traceback do. */
  more: z.boolean().optional(),
  /** The place in a code asset that the line names, such as a frame of a traceback. */
  source: z.object({ codeId: z.string(), path: z.string(), line: z.number().int() }).optional(),
});
export type LogLineDto = z.infer<typeof logLineSchema>;
export const logPageSchema = z.object({
  lines: z.array(logLineSchema),
  /** `before` of the next older page; null when nothing older is kept, and in a page that was read forward from a cursor. */
  older: z.string().nullable(),
  /** `after` of the following page; null when there is nothing yet, and in a page that was read backward from a line. */
  next: z.string().nullable(),
  /** Every container run whose lines are kept, gone ones included. */
  sources: z.array(z.object({ deployment: z.string(), instanceId: z.string() })),
});
export type LogPage = z.infer<typeof logPageSchema>;

export const costQuerySchema = z.object({ endpoint: z.string().optional(), from: timestampSchema, to: timestampSchema });
export const costReportSchema = z.object({
  currency: z.string(),
  total: z.number(),
  compute: z.number(),
  network: z.number(),
  /** Null when there was no request. */
  perThousandRequests: z.number().nullable(),
  days: z.array(
    z.object({
      day: timestampSchema,
      deployments: z.array(z.object({ endpoint: z.string(), deployment: z.string(), color: z.number().int(), compute: z.number(), network: z.number() })),
    }),
  ),
  deployments: z.array(
    z.object({
      endpoint: z.string(),
      deployment: z.string(),
      color: z.number().int(),
      instanceType: z.string(),
      instanceSeconds: z.number(),
      compute: z.number(),
      network: z.number(),
      requests: z.number(),
      perThousandRequests: z.number().nullable(),
    }),
  ),
});
export type CostReport = z.infer<typeof costReportSchema>;

export const activitySchema = z.object({
  id: z.string(),
  at: timestampSchema,
  kind: z.enum(["audit", "event"]),
  severity: z.enum(["info", "warning", "error"]),
  actor: z.string().nullable(),
  title: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
  reason: z.string(),
  endpoint: z.string().nullable(),
  deployment: z.string().nullable(),
  instanceId: z.string().nullable(),
  /** Of the container that ended, where one did. */
  exitCode: z.number().int().nullable(),
  lines: z.array(z.string()),
});
export type ActivityDto = z.infer<typeof activitySchema>;
