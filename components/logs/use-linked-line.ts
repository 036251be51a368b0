"use client";
import { useEffect, useState } from "react";
import { useToast } from "../ui/toast";
import { lineOfHash, placeAddress, type LogPlace } from "./log-place";

/** The line that the page's address names; null until it was looked at, which only the browser can. */
export function useLinkedLine(path: string, place: LogPlace) {
  const [line, setLine] = useState<{ readonly id: string | null } | null>(null);
  const toast = useToast();
  useEffect(() => setLine({ id: lineOfHash(window.location.hash) }), []);
  const move = (next: LogPlace, id: string | null) => {
    setLine({ id });
    window.history.replaceState(null, "", placeAddress(path, next, id));
  };
  const copy = (id: string) => {
    move(place, id);
    void navigator.clipboard.writeText(window.location.href).then(
      () => toast({ text: "Link to this line copied" }),
      () => toast({ tone: "bad", text: "The link could not be copied", detail: "It is in the address bar." }),
    );
  };
  return { line, move, copy };
}
