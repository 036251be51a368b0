"use client";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { Page } from "#server/contract/common";
import type { ConnectionDto } from "#server/contract/connection";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";
import { movingMs, settledMs } from "./polling";

/** Where the workspace may sign in; asked again soon while one of them waits to be tried. */
export function useConnections(): UseQueryResult<Page<ConnectionDto>> {
  return useQuery({
    queryKey: queryKeys.connections(),
    queryFn: ({ signal }) => apiGet<Page<ConnectionDto>>("/connections", {}, signal),
    refetchInterval: ({ state }) => (state.data?.items.some((item) => item.state === "Unchecked") === true ? movingMs : settledMs),
  });
}
