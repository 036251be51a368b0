"use client";
import { useQuery } from "@tanstack/react-query";
import type { SwaggerDto } from "#server/contract/scoring";
import { shapeOf, type FormShape } from "../scoring/form-shape";
import { samplesOf, type Sample } from "../scoring/samples";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";

interface Samples {
  readonly samples: readonly Sample[];
  /** What a request is made of, as far as the swagger names it. */
  readonly shape: FormShape;
  /** Why there is no sample, or null. */
  readonly reason: string | null;
}

/** Bodies that a deployment takes, as the swagger that it serves says. */
export function useSamples(endpoint: string, deployment: string | null, enabled: boolean): Samples {
  const { data } = useQuery({
    queryKey: queryKeys.swagger(endpoint, deployment ?? ""),
    queryFn: ({ signal }) => apiGet<SwaggerDto>(`/endpoints/${encodeURIComponent(endpoint)}/swagger`, deployment === null ? {} : { deployment }, signal),
    enabled: enabled && deployment !== null,
    retry: false,
  });
  const samples = data?.document == null ? [] : samplesOf(data.document);
  return { samples, shape: shapeOf(data?.document ?? {}), reason: samples.length > 0 ? null : (data?.reason ?? null) };
}
