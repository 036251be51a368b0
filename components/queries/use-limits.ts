"use client";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { LimitsReport } from "#server/contract/limits";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";

/** Gateways tell their use every second. */
const liveMs = 2000;

/** An endpoint's limits with their present use and what they refused in the last hour. */
export function useLimits(endpoint: string, initial: LimitsReport): UseQueryResult<LimitsReport> {
  return useQuery({
    queryKey: queryKeys.limits(endpoint),
    queryFn: ({ signal }) => apiGet<LimitsReport>(`/endpoints/${encodeURIComponent(endpoint)}/limits`, {}, signal),
    refetchInterval: liveMs,
    initialData: initial,
  });
}
