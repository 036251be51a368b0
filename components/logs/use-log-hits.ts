"use client";
import { useCallback, useEffect, useState } from "react";
import type { LogLineDto } from "#server/contract/monitoring";
import type { VisibleLines } from "./prepare/model";

/** Steps from match to match; before the first one that is held it has older lines read until there is another. */
export function useLogHits(lines: readonly LogLineDto[], visible: VisibleLines, loadOlder: (() => void) | null) {
  const [id, setId] = useState<string | null>(null);
  const [searching, setSearching] = useState(false);
  const idAt = useCallback((position: number) => lines[visible.shown[position] ?? -1]?.id ?? null, [lines, visible]);
  const index = id === null ? -1 : visible.hits.findIndex((position) => idAt(position) === id);
  const go = useCallback((to: number) => setId(idAt(visible.hits[to] ?? -1)), [idAt, visible]);

  const step = (by: number) => {
    const from = index === -1 ? (by > 0 ? -1 : visible.hits.length) : index;
    const to = from + by;
    if (to >= 0 && to < visible.hits.length) go(to);
    else if (to < 0 && loadOlder !== null) setSearching(true);
  };
  useEffect(() => {
    if (!searching) return;
    // Older lines push the current match away from the first place: then the one before it is found.
    const before = index === -1 ? visible.hits.length - 1 : index - 1;
    if (before >= 0) {
      setSearching(false);
      go(before);
    } else if (loadOlder === null) setSearching(false);
    else loadOlder();
  }, [searching, index, visible, go, loadOlder]);
  return { index, position: index === -1 ? null : (visible.hits[index] ?? null), step, searching, forget: useCallback(() => setId(null), []) };
}
