"use client";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { ClientKeyDto } from "#server/contract/client-key";
import type { Page } from "#server/contract/common";
import type { RequestRowDto } from "#server/contract/monitoring";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";

// Use and quota are counted every few seconds.
const countsMs = 5000;

/** Named keys of an endpoint with what they were used for today. */
export function useClientKeys(endpoint: string, initial: Page<ClientKeyDto>): UseQueryResult<Page<ClientKeyDto>> {
  return useQuery({
    queryKey: queryKeys.clientKeys(endpoint),
    queryFn: ({ signal }) => apiGet<Page<ClientKeyDto>>(`/endpoints/${endpoint}/client-keys`, {}, signal),
    refetchInterval: countsMs,
    initialData: initial,
  });
}

/** The newest calls of an endpoint, of one key or of all callers. */
export function useCalls(endpoint: string, key?: string): UseQueryResult<Page<RequestRowDto>> {
  const query = { limit: 50, ...(key === undefined ? {} : { key }) };
  return useQuery({
    queryKey: queryKeys.requests(endpoint, query),
    queryFn: ({ signal }) => apiGet<Page<RequestRowDto>>(`/endpoints/${endpoint}/requests`, query, signal),
    refetchInterval: countsMs,
  });
}
