import type { z } from "zod";
import { may, requireVerb } from "#server/auth/policy";
import type { Page } from "#server/contract/common";
import type { costQuerySchema, CostReport, EndpointSummaryDto, metricQuerySchema, MetricResult, RequestRowDto } from "#server/contract/monitoring";
import type { mirrorReportQuerySchema, MirrorReport } from "#server/contract/mirror";
import { notFound } from "#server/domain/errors";
import { costReport } from "#server/telemetry/cost/report";
import { queryMetric } from "#server/telemetry/query/metric";
import { mirrorReport } from "#server/telemetry/query/mirror";
import { endpointScope, type EndpointScope } from "#server/telemetry/query/scope";
import { endpointSummary } from "#server/telemetry/query/summary";
import type { OperationContext } from "./context";

const scopeOf = (context: OperationContext, endpoint: string): Promise<EndpointScope> =>
  endpointScope(context.telemetryDb, context.actor.workspaceId, endpoint);

/** The last hour of an endpoint beside the hour before. */
export async function getEndpointSummary(context: OperationContext, input: { readonly endpoint: string }): Promise<EndpointSummaryDto> {
  requireVerb(context.actor, "telemetry.read");
  const scope = await scopeOf(context, input.endpoint);
  return endpointSummary(context.telemetryDb, scope.id, context.settings.money, context.clock.now());
}

/** One chart's series; a bucket in which nothing was measured is null. */
export async function getMetrics(context: OperationContext, input: z.output<typeof metricQuerySchema>): Promise<MetricResult> {
  requireVerb(context.actor, "telemetry.read");
  const { endpoint, ...query } = input;
  return queryMetric(context.telemetryDb, await scopeOf(context, endpoint), query, context.clock.now());
}

/** Newest raw requests of an endpoint. */
export async function listRequests(
  context: OperationContext,
  input: {
    readonly endpoint: string;
    readonly deployment?: string | undefined;
    readonly status?: "any" | "ok" | "failed" | undefined;
    readonly key?: string | undefined;
    readonly limit?: number | undefined;
  },
): Promise<Page<RequestRowDto>> {
  requireVerb(context.actor, "telemetry.read");
  const scope = await scopeOf(context, input.endpoint);
  const { requests } = await context.telemetry.recentRequests({
    endpoint: scope.name.toLowerCase(),
    since: scope.createdAt,
    until: context.clock.now() + 1000,
    ...(input.deployment === undefined ? {} : { deployment: input.deployment.toLowerCase() }),
    ...(input.status === undefined ? {} : { status: input.status }),
    ...(input.key === undefined ? {} : { keyName: input.key }),
    limit: input.limit ?? 100,
  });
  return { items: requests, nextCursor: null };
}

export async function getRequest(context: OperationContext, input: { readonly endpoint: string; readonly id: string }): Promise<RequestRowDto> {
  requireVerb(context.actor, "telemetry.read");
  const scope = await scopeOf(context, input.endpoint);
  const row = await context.telemetry.requestById({ endpoint: scope.name.toLowerCase(), since: scope.createdAt, requestId: input.id });
  if (row === null) throw notFound("request.not_found", "No request with this id was recorded. Rows appear a few seconds after the request.");
  return row;
}

/**
 * How shadows answered beside the deployments whose answers the callers got. The answers themselves are callers' data: only who may score sees those
 * that differ.
 */
export async function getMirrorReport(context: OperationContext, input: z.output<typeof mirrorReportQuerySchema>): Promise<MirrorReport> {
  requireVerb(context.actor, "telemetry.read");
  const { endpoint, ...query } = input;
  const report = await mirrorReport(context.telemetryDb, await scopeOf(context, endpoint), query);
  return may(context.actor, "endpoint.score") ? report : { ...report, disagreements: [] };
}

/** Money of one endpoint or of the whole workspace. */
export async function getCost(context: OperationContext, input: z.output<typeof costQuerySchema>): Promise<CostReport> {
  requireVerb(context.actor, "cost.read");
  const scope = input.endpoint === undefined ? null : await scopeOf(context, input.endpoint);
  const query = { endpointId: scope?.id ?? null, from: input.from, to: input.to };
  return costReport(context.telemetryDb, context.actor.workspaceId, query, context.settings.money, context.clock.now());
}
