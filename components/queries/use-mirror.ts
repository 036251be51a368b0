"use client";
import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { MirrorReport } from "#server/contract/mirror";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";
import { settledMs } from "./polling";

interface MirrorWindow {
  readonly from: number;
  readonly to: number;
  readonly shadow?: string;
}

/** How shadows answered in a window; the former answer stays while a new one is read. */
export function useMirrorReport(endpoint: string, window: MirrorWindow, live: boolean): UseQueryResult<MirrorReport> {
  const params = { ...window, limit: 50 };
  return useQuery({
    queryKey: queryKeys.mirror(endpoint, params),
    queryFn: ({ signal }) => apiGet<MirrorReport>(`/endpoints/${encodeURIComponent(endpoint)}/mirror`, params, signal),
    refetchInterval: live ? settledMs : false,
    placeholderData: keepPreviousData,
  });
}
