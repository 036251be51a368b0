"use client";
import { useEffect, useState } from "react";

const lineOf = (hash: string): number | null => {
  const found = /^#L([1-9]\d{0,8})/.exec(hash);
  return found === null ? null : Number(found[1]);
};

/** The line of `#L12` in the page's address, brought into view when a link leads to it; `mark` writes another. */
export function useMarkedLine(path: string) {
  const [line, setLine] = useState<number | null>(null);
  useEffect(() => {
    const follow = () => {
      const next = lineOf(window.location.hash);
      setLine(next);
      if (next !== null) document.getElementById(`L${String(next)}`)?.scrollIntoView({ block: "center" });
    };
    follow();
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, [path]);
  const mark = (next: number) => {
    setLine(next);
    window.history.replaceState(null, "", `#L${String(next)}`);
  };
  return { line, mark };
}
