"use client";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { apiGet } from "./fetcher";

/** Whether an endpoint may still be called so; undefined while that is being asked or the name is not valid. */
export function useEndpointNameAvailable(name: string, valid: boolean): boolean | undefined {
  const asked = useDeferredValue(name);
  const { data } = useQuery({
    queryKey: ["endpoint-availability", asked.toLowerCase()],
    queryFn: ({ signal }) => apiGet<{ available: boolean }>(`/endpoints/${encodeURIComponent(asked)}/availability`, {}, signal),
    enabled: valid && asked === name,
    staleTime: 5000,
  });
  return valid && asked === name ? data?.available : undefined;
}
