"use client";
import { ChevronDown, ChevronUp } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "#components/ui/button";
import { Checkbox, Input } from "#components/ui/input";

export interface SearchWish {
  readonly text: string;
  readonly regex: boolean;
  readonly onlyMatches: boolean;
  readonly wrap: boolean;
  readonly relative: boolean;
}

interface LogSearchProps {
  readonly wish: SearchWish;
  readonly change: (part: Partial<SearchWish>) => void;
  /** Why the expression is none. */
  readonly problem: string | null;
  readonly status: string;
  readonly canStep: boolean;
  readonly onStep: (by: number) => void;
  readonly children: ReactNode;
}

const switches = [
  ["regex", "Regular expression"],
  ["onlyMatches", "Only matches"],
  ["wrap", "Wrap"],
  ["relative", "Relative time"],
] as const;

/** The row that searches: text or expression, how many lines match, a step to the next, and how lines are shown. */
export function LogSearch({ wish, change, problem, status, canStep, onStep, children }: LogSearchProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <span className="flex max-w-full min-w-0 items-center gap-1">
        <Input
          type="search"
          data-filter
          aria-label="Search the log"
          placeholder={wish.regex ? "Regular expression" : "Search  /"}
          value={wish.text}
          onChange={(event) => change({ text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !canStep) return;
            event.preventDefault();
            onStep(event.shiftKey ? 1 : -1);
          }}
          className="w-64 min-w-0"
          aria-invalid={problem !== null}
        />
        <IconButton label="Earlier match (Enter)" disabled={!canStep} onClick={() => onStep(-1)}>
          <ChevronUp aria-hidden />
        </IconButton>
        <IconButton label="Later match (Shift Enter)" disabled={!canStep} onClick={() => onStep(1)}>
          <ChevronDown aria-hidden />
        </IconButton>
      </span>
      {switches.map(([name, label]) => (
        <label key={name} className="flex h-6 items-center gap-1.5 text-sm text-muted">
          <Checkbox checked={wish[name]} onChange={(event) => change({ [name]: event.target.checked })} />
          {label}
        </label>
      ))}
      <span role="status" className={problem === null ? "text-sm text-muted tabular-nums" : "text-sm text-bad"}>
        {problem ?? status}
      </span>
      <span className="ml-auto">{children}</span>
    </div>
  );
}
