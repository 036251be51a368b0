"use client";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { Page } from "#server/contract/common";
import type { EndpointDomainDto } from "#server/contract/endpoint-domain";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";
import { movingMs, settledMs } from "./polling";

const isOnItsWay = ({ items }: Page<EndpointDomainDto>): boolean => items.some(({ gateways }) => gateways.some(({ inForce }) => !inForce));

/** An endpoint's own domains with their certificates, and where each is in force: looked at often while a gateway has yet to take one. */
export function useDomains(endpoint: string, initial: Page<EndpointDomainDto>): UseQueryResult<Page<EndpointDomainDto>> {
  return useQuery({
    queryKey: queryKeys.domains(endpoint),
    queryFn: ({ signal }) => apiGet<Page<EndpointDomainDto>>(`/endpoints/${encodeURIComponent(endpoint)}/domains`, {}, signal),
    refetchInterval: ({ state }) => (state.data !== undefined && isOnItsWay(state.data) ? movingMs : settledMs),
    initialData: initial,
  });
}
