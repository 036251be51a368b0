"use client";
import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { CostReport } from "#server/contract/monitoring";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";

const costEveryMs = 30_000;

/** Money between two moments, of one endpoint or of the workspace. */
export function useCost(query: { readonly endpoint?: string; readonly from: number; readonly to: number }, initial?: CostReport): UseQueryResult<CostReport> {
  return useQuery({
    queryKey: queryKeys.cost(query),
    queryFn: ({ signal }) => apiGet<CostReport>("/cost", query, signal),
    refetchInterval: costEveryMs,
    placeholderData: keepPreviousData,
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}
