"use client";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { Page } from "#server/contract/common";
import type { DeploymentDto, DeploymentRevisionDto } from "#server/contract/deployment";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";
import { movingMs, pollInterval } from "./polling";

const path = (endpoint: string, deployment?: string) =>
  `/endpoints/${encodeURIComponent(endpoint)}/deployments${deployment === undefined ? "" : `/${encodeURIComponent(deployment)}`}`;

// Instances come, go and report while a deployment stands: it is looked at more often than an endpoint.
const standingMs = 4000;

/** The deployments of an endpoint with steps and instances. */
export function useDeployments(endpoint: string, initial?: Page<DeploymentDto>): UseQueryResult<Page<DeploymentDto>> {
  return useQuery({
    queryKey: queryKeys.deployments(endpoint),
    queryFn: ({ signal }) => apiGet<Page<DeploymentDto>>(path(endpoint), {}, signal),
    refetchInterval: (query) => Math.min(standingMs, pollInterval(query.state.data?.items)),
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}

/** One deployment with steps, conditions and instances. */
export function useDeployment(endpoint: string, deployment: string, initial?: DeploymentDto): UseQueryResult<DeploymentDto> {
  return useQuery({
    queryKey: queryKeys.deployment(endpoint, deployment),
    queryFn: ({ signal }) => apiGet<DeploymentDto>(path(endpoint, deployment), {}, signal),
    refetchInterval: ({ state: { data } }) => {
      const moving =
        data !== undefined && (pollInterval([data]) === movingMs || data.instances.some((instance) => instance.desiredState === "Running" && !instance.ready));
      return moving ? movingMs : standingMs;
    },
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}

/** Every spec that the deployment ever had, newest first. */
export function useDeploymentRevisions(endpoint: string, deployment: string, generation: number): UseQueryResult<Page<DeploymentRevisionDto>> {
  return useQuery({
    queryKey: [...queryKeys.deploymentRevisions(endpoint, deployment), generation],
    queryFn: ({ signal }) => apiGet<Page<DeploymentRevisionDto>>(`${path(endpoint, deployment)}/revisions`, {}, signal),
    staleTime: Infinity,
  });
}
