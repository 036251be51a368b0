"use client";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { Page } from "#server/contract/common";
import type { GatewayDto, HostDto, InstanceTypeDto, QuotaDto } from "#server/contract/compute";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";

// Capacity is what a wizard decides on: fresher than a settled page.
const capacityMs = 5000;

/** Hosts with what is reserved on them and by whom. */
export function useHosts(initial?: Page<HostDto>): UseQueryResult<Page<HostDto>> {
  return useQuery({
    queryKey: queryKeys.compute(),
    queryFn: ({ signal }) => apiGet<Page<HostDto>>("/compute/hosts", {}, signal),
    refetchInterval: capacityMs,
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}

/** Instance types with how many more fit now. */
export function useInstanceTypes(initial?: Page<InstanceTypeDto>): UseQueryResult<Page<InstanceTypeDto>> {
  return useQuery({
    queryKey: queryKeys.instanceTypes(),
    queryFn: ({ signal }) => apiGet<Page<InstanceTypeDto>>("/compute/instance-types", {}, signal),
    refetchInterval: capacityMs,
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}

/** What the workspace has and may have. */
export function useQuota(initial?: QuotaDto): UseQueryResult<QuotaDto> {
  return useQuery({
    queryKey: queryKeys.quota(),
    queryFn: ({ signal }) => apiGet<QuotaDto>("/quota", {}, signal),
    refetchInterval: capacityMs,
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}

/** Gateways with the routing revision that they run. */
export function useGateways(initial?: Page<GatewayDto>): UseQueryResult<Page<GatewayDto>> {
  return useQuery({
    queryKey: queryKeys.gateways(),
    queryFn: ({ signal }) => apiGet<Page<GatewayDto>>("/compute/gateways", {}, signal),
    refetchInterval: capacityMs,
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}
