"use client";
import { useQuery } from "@tanstack/react-query";
import type { Page } from "#server/contract/common";
import type { SwaggerDto } from "#server/contract/scoring";
import type { SampleRequest } from "#server/domain/doctor/types";
import { shapeOf, type FormShape } from "../scoring/form-shape";
import { keptSamples, samplesOf, type Sample } from "../scoring/samples";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";

interface Samples {
  /** What the swagger gives first, then what is kept of the deployment. */
  readonly samples: readonly Sample[];
  /** What a request is made of, as far as the swagger names it. */
  readonly shape: FormShape;
  /** False until it is known that there is no sample, or which. */
  readonly settled: boolean;
  /** Why the swagger gives none, or null. */
  readonly reason: string | null;
}

/** Bodies that a deployment takes, as the swagger that it serves says, and as its doctor, its code and its model know. */
export function useSamples(endpoint: string, deployment: string | null, enabled: boolean): Samples {
  const at = `/endpoints/${encodeURIComponent(endpoint)}`;
  const swagger = useQuery({
    queryKey: queryKeys.swagger(endpoint, deployment ?? ""),
    queryFn: ({ signal }) => apiGet<SwaggerDto>(`${at}/swagger`, deployment === null ? {} : { deployment }, signal),
    enabled: enabled && deployment !== null,
    retry: false,
  });
  const kept = useQuery({
    queryKey: queryKeys.samples(endpoint, deployment ?? ""),
    queryFn: ({ signal }) => apiGet<Page<SampleRequest>>(`${at}/deployments/${encodeURIComponent(deployment ?? "")}/samples`, {}, signal),
    enabled: deployment !== null,
    retry: false,
  });
  const document = swagger.data?.document ?? null;
  const described = document === null ? [] : samplesOf(document);
  return {
    samples: [...described, ...keptSamples(kept.data?.items ?? [], described)],
    shape: shapeOf(document ?? {}),
    settled: deployment === null || (!swagger.isLoading && !kept.isLoading),
    reason: described.length > 0 ? null : (swagger.data?.reason ?? null),
  };
}
