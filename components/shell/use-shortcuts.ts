"use client";
import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { navItems } from "#components/shell/nav-items";

interface Handlers {
  readonly palette: () => void;
  readonly help: () => void;
}

// A `g` waits this long for its second key.
const chordMs = 1200;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}

function focusFilter(): boolean {
  const filter = document.querySelector<HTMLInputElement>("[data-filter]");
  filter?.focus();
  return filter !== null;
}

/** Cmd/Ctrl-K, `?`, `/` and the `g` chords; silent while somebody types or a dialog is open. */
export function useShortcuts({ palette, help }: Handlers): void {
  const router = useRouter();
  const chordAt = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        palette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || document.querySelector("[role=dialog]") !== null) return;
      const chorded = event.timeStamp - chordAt.current < chordMs;
      chordAt.current = event.key === "g" ? event.timeStamp : 0;
      const target = chorded ? navItems.find((item) => item.key === event.key) : undefined;
      if (target !== undefined) router.push(target.href);
      else if (event.key === "?") help();
      else if (event.key !== "/" || !focusFilter()) return;
      event.preventDefault();
    };
    // A fresh page may answer the very first `g` at time zero.
    chordAt.current = -chordMs;
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [router, palette, help]);
}
