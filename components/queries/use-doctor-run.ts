"use client";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { DoctorRunDto } from "#server/contract/doctor";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";
import { movingMs } from "./polling";

/** A trial of a spec, looked at often until nothing of it runs any more. Null asks for nothing. */
export function useDoctorRun(id: string | null): UseQueryResult<DoctorRunDto> {
  return useQuery({
    queryKey: queryKeys.doctorRun(id ?? ""),
    queryFn: ({ signal }) => apiGet<DoctorRunDto>(`/doctor-runs/${encodeURIComponent(id ?? "")}`, {}, signal),
    enabled: id !== null,
    refetchInterval: ({ state: { data } }) => (data?.phase === "ended" ? false : movingMs),
  });
}
