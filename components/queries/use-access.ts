"use client";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { PersonDto, TokenDto } from "#server/contract/access";
import type { CallerProviderDto } from "#server/contract/caller-provider";
import type { Page } from "#server/contract/common";
import { apiGet } from "./fetcher";
import { queryKeys } from "./keys";

/** The signed-in person's own access tokens. */
export function useTokens(): UseQueryResult<Page<TokenDto>> {
  return useQuery({ queryKey: queryKeys.tokens(), queryFn: ({ signal }) => apiGet<Page<TokenDto>>("/tokens", {}, signal) });
}

/** Everybody in the workspace, with roles; for owners. */
export function usePeople(enabled: boolean): UseQueryResult<Page<PersonDto>> {
  return useQuery({ queryKey: queryKeys.people(), queryFn: ({ signal }) => apiGet<Page<PersonDto>>("/people", {}, signal), enabled });
}

/** The identity provider whose tokens endpoints can accept. Its keys are read a moment after it is named. */
export function useCallerProvider(): UseQueryResult<CallerProviderDto> {
  return useQuery({
    queryKey: queryKeys.callerProvider(),
    queryFn: ({ signal }) => apiGet<CallerProviderDto>("/caller-provider", {}, signal),
    refetchInterval: 5000,
  });
}
