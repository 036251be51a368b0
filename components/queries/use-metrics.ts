"use client";
import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { MetricQuery, MetricResult } from "#server/contract/monitoring";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";
import { settledMs } from "./polling";

/** One chart's series. The former answer stays while a new window is read, so charts slide instead of blinking. */
export function useMetric(query: MetricQuery, live: boolean): UseQueryResult<MetricResult> {
  const { endpoint, ...params } = query;
  return useQuery({
    queryKey: queryKeys.metrics(endpoint, params),
    queryFn: ({ signal }) => apiGet<MetricResult>(`/endpoints/${encodeURIComponent(endpoint)}/metrics`, params, signal),
    refetchInterval: live ? settledMs : false,
    placeholderData: keepPreviousData,
  });
}
