"use client";
import { useMemo, useState } from "react";
import type { SearchWish } from "./log-filters";
import type { Keep } from "./prepare/history";
import { matches, type LineFilter } from "./prepare/model";
import { compileSearch } from "./prepare/search";

const firstWish: SearchWish = { text: "", regex: false, onlyMatches: false, wrap: true, relative: false };

/** What is searched and hidden. `keep` is what must stay of a log that is longer than the page holds: the lines that are shown. */
export function useLogFilter() {
  const [level, setLevel] = useState<LineFilter["level"]>("all");
  const [wish, setWish] = useState(firstWish);
  const compiled = useMemo(() => compileSearch(wish.text, wish.regex, false), [wish.text, wish.regex]);
  const search = compiled.ok ? compiled.search : null;
  const filter = useMemo<LineFilter>(() => ({ search, onlyMatches: wish.onlyMatches, level }), [search, wish.onlyMatches, level]);
  const keep = useMemo<Keep | null>(() => {
    const wanted = wish.onlyMatches ? search : null;
    if (level === "all" && wanted === null) return null;
    return {
      key: JSON.stringify([level, wanted === null ? null : [wish.text, wish.regex]]),
      passes: (line) => matches(line, { level, search: wanted, onlyMatches: true }),
    };
  }, [level, search, wish.onlyMatches, wish.text, wish.regex]);
  return { level, setLevel, wish, setWish, filter, keep, problem: compiled.ok ? null : compiled.message };
}
