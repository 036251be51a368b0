"use client";
import { useMutation, useQueryClient, type QueryKey, type UseMutationResult } from "@tanstack/react-query";
import { useToast } from "#components/ui/toast";
import type { ActionResult } from "#server/contract/common";
import { ApiError } from "./fetcher";

interface UseActionOptions<I, T> {
  /** What the write makes stale; asked again after success and after a conflict. */
  readonly invalidates?: (input: I, data: T | undefined) => readonly QueryKey[];
  readonly onSuccess?: (data: T, input: I) => void;
  /** Said in the corner on success. */
  readonly success?: string | ((data: T, input: I) => string);
  /** True shows failures in the corner; otherwise the caller shows `error` in place. */
  readonly toastError?: boolean;
  /** What is sent is kept by nobody afterwards: React Query holds the input of a mutation for minutes. */
  readonly secret?: boolean;
}

/** A server action as a mutation: its refusals become `ApiError`, its success refreshes what it touched. */
export function useAction<I, T>(action: (input: I) => Promise<ActionResult<T>>, options: UseActionOptions<I, T> = {}): UseMutationResult<T, ApiError, I> {
  const client = useQueryClient();
  const toast = useToast();
  const refresh = (input: I, data: T | undefined) => {
    for (const queryKey of options.invalidates?.(input, data) ?? []) void client.invalidateQueries({ queryKey });
  };
  return useMutation<T, ApiError, I>({
    ...(options.secret === true ? { gcTime: 0 } : {}),
    mutationFn: async (input) => {
      const result = await action(input).catch(() => {
        throw new ApiError(
          {
            kind: "unavailable",
            code: "studio.unreachable",
            message: "The studio cannot be reached. Nothing was changed, or its answer was lost.",
            fields: [],
            requestId: "",
          },
          0,
        );
      });
      if (!result.ok) throw new ApiError(result.error, 0);
      return result.data;
    },
    onSuccess: (data, input) => {
      refresh(input, data);
      if (options.success !== undefined) toast({ text: typeof options.success === "string" ? options.success : options.success(data, input) });
      options.onSuccess?.(data, input);
    },
    onError: (error, input) => {
      if (error.problem.kind === "conflict") refresh(input, undefined);
      if (options.toastError === true) toast({ tone: "bad", text: error.problem.message, detail: error.problem.code });
    },
  });
}
