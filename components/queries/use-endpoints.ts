"use client";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { Page } from "#server/contract/common";
import type { EndpointDto } from "#server/contract/endpoint";
import type { ActivityDto, EndpointSummaryDto } from "#server/contract/monitoring";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";
import { isProgramming, movingMs, pollInterval, settledMs } from "./polling";

/** All endpoints that the person may see; quick while one of them moves. */
export function useEndpoints(initial?: Page<EndpointDto>): UseQueryResult<Page<EndpointDto>> {
  return useQuery({
    queryKey: queryKeys.endpoints(),
    queryFn: ({ signal }) => apiGet<Page<EndpointDto>>("/endpoints", {}, signal),
    refetchInterval: (query) => pollInterval(query.state.data?.items),
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}

/** One endpoint: wish, state, receipt and a line per deployment. */
export function useEndpoint(name: string, initial?: EndpointDto): UseQueryResult<EndpointDto> {
  return useQuery({
    queryKey: queryKeys.endpoint(name),
    queryFn: ({ signal }) => apiGet<EndpointDto>(`/endpoints/${encodeURIComponent(name)}`, {}, signal),
    refetchInterval: ({ state: { data } }) => {
      if (data !== undefined && isProgramming(data)) return movingMs;
      return pollInterval(data === undefined ? [] : [data, ...data.deployments.map((item) => ({ ...item, generation: 0, observedGeneration: 0 }))]);
    },
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}

/** The numbers of the last hour beside the hour before. */
export function useEndpointSummary(
  name: string,
  options: { readonly initial?: EndpointSummaryDto; readonly enabled?: boolean } = {},
): UseQueryResult<EndpointSummaryDto> {
  return useQuery({
    queryKey: queryKeys.endpointSummary(name),
    queryFn: ({ signal }) => apiGet<EndpointSummaryDto>(`/endpoints/${encodeURIComponent(name)}/summary`, {}, signal),
    refetchInterval: settledMs,
    enabled: options.enabled ?? true,
    ...(options.initial === undefined ? {} : { initialData: options.initial }),
  });
}

/** The newest entries of an endpoint's activity. */
export function useRecentActivity(endpoint: string, limit: number): UseQueryResult<Page<ActivityDto>> {
  return useQuery({
    queryKey: queryKeys.activity(endpoint, { limit }),
    queryFn: ({ signal }) => apiGet<Page<ActivityDto>>(`/endpoints/${encodeURIComponent(endpoint)}/activity`, { limit }, signal),
    refetchInterval: settledMs,
  });
}
