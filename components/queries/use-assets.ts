"use client";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { BaseRefreshDto, CodeDto, EnvironmentVersionDto, FilePreviewDto, ModelVersionDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import type { ScaffoldDto } from "#server/contract/scaffold";
import type { VersionComparison } from "#server/domain/asset/compare";
import type { AssetKind } from "#server/domain/asset/reference";
import type { Framework } from "#server/domain/scaffold/types";
import { segments, versionPath } from "../assets/paths";
import { apiGet, apiUrl } from "./fetcher";
import { queryKeys } from "./keys";
import { isMovingState, movingMs, settledMs } from "./polling";

function buildInterval(data: Page<EnvironmentVersionDto> | undefined): number {
  return data?.items.some((item) => item.build !== null && isMovingState(item.build.state)) === true ? movingMs : settledMs;
}

/** Newest version of every model, or all versions of one. */
export function useModels(name?: string, initial?: Page<ModelVersionDto>, archived = false): UseQueryResult<Page<ModelVersionDto>> {
  return useQuery({
    queryKey: name === undefined ? queryKeys.models() : queryKeys.model(name, archived),
    queryFn: ({ signal }) =>
      apiGet<Page<ModelVersionDto>>(name === undefined ? "/models" : `/models/${encodeURIComponent(name)}`, archived ? { archived } : {}, signal),
    refetchInterval: settledMs,
    ...(initial === undefined || archived ? {} : { initialData: initial }),
  });
}

/** Where a browser saves one file of a version from. */
export const downloadUrl = (model: ModelVersionDto, path: string): string => apiUrl(`${versionPath("model", model)}/file`, { path });

/** As much of a file as a page shows; null asks for none. */
export function useFilePreview(model: ModelVersionDto, path: string | null): UseQueryResult<FilePreviewDto> {
  return useQuery({
    queryKey: queryKeys.modelPreview(model.id, path ?? ""),
    queryFn: ({ signal }) => apiGet<FilePreviewDto>(`${versionPath("model", model)}/preview`, { path }, signal),
    enabled: path !== null,
    staleTime: Infinity,
  });
}

/** What differs between two versions of one name. */
export function useComparison(kind: AssetKind, name: string, from: number, to: number): UseQueryResult<VersionComparison> {
  return useQuery({
    queryKey: queryKeys.comparison(segments[kind], name, from, to),
    queryFn: ({ signal }) => apiGet<VersionComparison>(`/${segments[kind]}/${encodeURIComponent(name)}/compare`, { from, to }, signal),
  });
}

/** Newest version of every environment, or all versions of one; quick while an image is being built. */
export function useEnvironments(name?: string, initial?: Page<EnvironmentVersionDto>, archived = false): UseQueryResult<Page<EnvironmentVersionDto>> {
  return useQuery({
    queryKey: name === undefined ? queryKeys.environments() : queryKeys.environment(name, archived),
    queryFn: ({ signal }) =>
      apiGet<Page<EnvironmentVersionDto>>(
        name === undefined ? "/environments" : `/environments/${encodeURIComponent(name)}`,
        archived ? { archived } : {},
        signal,
      ),
    refetchInterval: (query) => buildInterval(query.state.data),
    ...(initial === undefined || archived ? {} : { initialData: initial }),
  });
}

/** Refreshes of the platform's base images, newest first; quick while one runs. */
export function useBaseRefreshes(): UseQueryResult<Page<BaseRefreshDto>> {
  return useQuery({
    queryKey: queryKeys.baseRefreshes(),
    queryFn: ({ signal }) => apiGet<Page<BaseRefreshDto>>("/base-refreshes", {}, signal),
    refetchInterval: (query) => (isMovingState(query.state.data?.items[0]?.state ?? "") ? movingMs : settledMs),
  });
}

/** Registered code folders with the scoring scripts found in them. */
export function useCodes(initial?: Page<CodeDto>): UseQueryResult<Page<CodeDto>> {
  return useQuery({
    queryKey: queryKeys.codes(),
    queryFn: ({ signal }) => apiGet<Page<CodeDto>>("/codes", {}, signal),
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}

/** One version of a code folder, by its id. */
export function useCode(initial: CodeDto): UseQueryResult<CodeDto> {
  return useQuery({
    queryKey: queryKeys.code(initial.id),
    queryFn: ({ signal }) => apiGet<CodeDto>(`/codes/${encodeURIComponent(initial.id)}`, {}, signal),
    initialData: initial,
  });
}

/** All versions of one code folder. */
export function useCodeVersions(name: string, archived: boolean): UseQueryResult<Page<CodeDto>> {
  return useQuery({
    queryKey: queryKeys.codeVersions(name, archived),
    queryFn: ({ signal }) => apiGet<Page<CodeDto>>(`/codes/${encodeURIComponent(name)}/versions`, archived ? { archived } : {}, signal),
  });
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
