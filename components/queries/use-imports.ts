"use client";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { Page } from "#server/contract/common";
import type { ImportOptionsDto, ModelImportDto } from "#server/contract/import";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";
import { movingMs, settledMs } from "./polling";

/** Imports of models, newest first; quick while one of them runs. */
export function useImports(): UseQueryResult<Page<ModelImportDto>> {
  return useQuery({
    queryKey: queryKeys.imports(),
    queryFn: ({ signal }) => apiGet<Page<ModelImportDto>>("/imports", {}, signal),
    refetchInterval: ({ state: { data } }) => (data?.items.some((item) => item.finishedAt === null) === true ? movingMs : settledMs),
  });
}

/** What this installation can import from. */
export function useImportOptions(): UseQueryResult<ImportOptionsDto> {
  return useQuery({ queryKey: queryKeys.importOptions(), queryFn: ({ signal }) => apiGet<ImportOptionsDto>("/import-options", {}, signal) });
}
