"use client";
import { useCallback, useEffect, useRef, useState } from "react";

function merged<T extends object>(initial: T, stored: string | null): T {
  if (stored === null) return initial;
  try {
    const value: unknown = JSON.parse(stored);
    if (typeof value !== "object" || value === null) return initial;
    // Only fields that the form knows: an older version of the studio may have written others.
    return Object.fromEntries(Object.entries({ ...initial, ...value }).filter(([name]) => name in initial)) as T;
  } catch {
    return initial;
  }
}

/**
 * Form values that survive reload and back, in this tab only. `restored` tells that storage was read:
 * the first render must be the server's, so stored values come one render later.
 */
export function useDraft<T extends object>(
  key: string,
  initial: T,
): { readonly draft: T; readonly change: (changes: Partial<T>) => void; readonly clear: () => void; readonly restored: boolean } {
  const first = useRef(initial);
  const [draft, setDraft] = useState(initial);
  const [restored, setRestored] = useState(false);
  const cleared = useRef(false);
  useEffect(() => {
    setDraft((before) => merged(before, sessionStorage.getItem(key)));
    setRestored(true);
  }, [key]);
  useEffect(() => {
    if (restored && !cleared.current) sessionStorage.setItem(key, JSON.stringify(draft));
  }, [key, draft, restored]);
  const change = useCallback((changes: Partial<T>) => setDraft((before) => ({ ...before, ...changes })), []);
  const clear = useCallback(() => {
    cleared.current = true;
    sessionStorage.removeItem(key);
    setDraft(first.current);
  }, [key]);
  return { draft, change, clear, restored };
}
