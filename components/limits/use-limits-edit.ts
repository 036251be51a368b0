"use client";
import { useEffect, useState } from "react";
import { sameLimits, type EndpointLimits } from "#server/domain/endpoint/limits";
import { draftOf, limitsOf, readEdit, type LimitsDraft, type LimitsEdit } from "./prepare/draft";

interface Editing {
  readonly draft: LimitsDraft;
  readonly dirty: boolean;
  /** Somebody else changed the limits since the first field was touched. */
  readonly overtaken: boolean;
  readonly change: (changes: Partial<LimitsDraft>) => void;
  readonly discard: () => void;
}

/** What is typed over the limits that hold. Kept in this tab only, so that it survives a reload and a look at other pages; what nobody touched follows the limits. */
export function useLimitsEdit(endpoint: string, limits: EndpointLimits): Editing {
  const key = `limits:${endpoint}`;
  const [edit, setEdit] = useState<LimitsEdit | null>(null);
  // The first render must be the server's, so stored values come one render later.
  useEffect(() => setEdit(readEdit(sessionStorage.getItem(key))), [key]);
  const draft = edit?.draft ?? draftOf(limits);
  return {
    draft,
    dirty: !sameLimits(limitsOf(draft), limits),
    overtaken: edit !== null && !sameLimits(edit.base, limits),
    change: (changes) => {
      const next = { draft: { ...draft, ...changes }, base: edit?.base ?? limits };
      sessionStorage.setItem(key, JSON.stringify(next));
      setEdit(next);
    },
    discard: () => {
      sessionStorage.removeItem(key);
      setEdit(null);
    },
  };
}
