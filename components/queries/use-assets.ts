"use client";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { CodeDto, EnvironmentVersionDto, ModelVersionDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import type { ScaffoldDto } from "#server/contract/scaffold";
import type { Framework } from "#server/domain/scaffold/types";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";
import { isMovingState, movingMs, settledMs } from "./polling";

function buildInterval(data: Page<EnvironmentVersionDto> | undefined): number {
  return data?.items.some((item) => item.build !== null && isMovingState(item.build.state)) === true ? movingMs : settledMs;
}

/** Newest version of every model, or all versions of one. */
export function useModels(name?: string, initial?: Page<ModelVersionDto>): UseQueryResult<Page<ModelVersionDto>> {
  return useQuery({
    queryKey: name === undefined ? queryKeys.models() : queryKeys.model(name),
    queryFn: ({ signal }) => apiGet<Page<ModelVersionDto>>(name === undefined ? "/models" : `/models/${encodeURIComponent(name)}`, {}, signal),
    refetchInterval: settledMs,
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}

/** Newest version of every environment, or all versions of one; quick while an image is being built. */
export function useEnvironments(name?: string, initial?: Page<EnvironmentVersionDto>): UseQueryResult<Page<EnvironmentVersionDto>> {
  return useQuery({
    queryKey: name === undefined ? queryKeys.environments() : queryKeys.environment(name),
    queryFn: ({ signal }) =>
      apiGet<Page<EnvironmentVersionDto>>(name === undefined ? "/environments" : `/environments/${encodeURIComponent(name)}`, {}, signal),
    refetchInterval: (query) => buildInterval(query.state.data),
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}

/** Registered code folders with the scoring scripts found in them. */
export function useCodes(): UseQueryResult<Page<CodeDto>> {
  return useQuery({ queryKey: queryKeys.codes(), queryFn: ({ signal }) => apiGet<Page<CodeDto>>("/codes", {}, signal) });
}

/** What a registered model version (`name:version`) is, and what would be made to serve it; null asks for none. Versions never change, so once is enough. */
export function useScaffold(reference: string | null, framework: Framework | null): UseQueryResult<ScaffoldDto> {
  const [name = "", version = ""] = (reference ?? "").split(":");
  return useQuery({
    queryKey: queryKeys.scaffold(reference ?? "", framework),
    queryFn: ({ signal }) => apiGet<ScaffoldDto>(`/models/${encodeURIComponent(name)}/versions/${version}/scaffold`, { framework }, signal),
    enabled: reference !== null && version !== "",
    staleTime: Infinity,
  });
}
