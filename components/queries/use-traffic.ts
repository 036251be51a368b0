"use client";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { Page } from "#server/contract/common";
import type { TrafficChangeDto } from "#server/contract/endpoint";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";
import { settledMs } from "./polling";

const pendingMs = 400;

/** The last 50 accepted splits with their receipts; quick while one waits for its gateways. */
export function useTrafficChanges(endpoint: string, initial?: Page<TrafficChangeDto>): UseQueryResult<Page<TrafficChangeDto>> {
  return useQuery({
    queryKey: queryKeys.traffic(endpoint),
    queryFn: ({ signal }) => apiGet<Page<TrafficChangeDto>>(`/endpoints/${encodeURIComponent(endpoint)}/traffic`, { limit: 50 }, signal),
    refetchInterval: ({ state: { data } }) => (data?.items[0]?.receipt.state === "pending" ? pendingMs : settledMs),
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}
