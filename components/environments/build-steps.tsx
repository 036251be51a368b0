"use client";
import { Check, CircleAlert, LoaderCircle } from "lucide-react";
import { useNow } from "#components/ui/time";
import type { ImageBuildDto } from "#server/contract/asset";
import { cn } from "../ui/cn";
import { formatDuration } from "../ui/format";

const looks = {
  done: { icon: Check, ink: "text-ok", word: "done" },
  running: { icon: LoaderCircle, ink: "animate-spin text-warn", word: "under way" },
  failed: { icon: CircleAlert, ink: "text-bad", word: "failed" },
} as const;

/** What an image build did, line by line of its Dockerfile, and how long each took. */
export function BuildSteps({ steps }: { readonly steps: ImageBuildDto["steps"] }) {
  const now = useNow();
  if (steps.length === 0) return null;
  return (
    <ol aria-label="Build steps" className="divide-y divide-line rounded-lg border border-line bg-surface">
      {steps.map((step, index) => {
        const { icon: Icon, ink, word } = looks[step.state];
        return (
          <li key={`${String(index)}-${step.title}`} className="flex items-center gap-2 px-3 py-1.5">
            <Icon aria-label={word} className={cn("size-3.5 shrink-0", ink)} />
            <code className="min-w-0 flex-1 truncate text-sm" title={step.title}>
              {step.title}
            </code>
            <span className="num shrink-0 text-sm text-faint" suppressHydrationWarning>
              {step.cached ? "from an earlier build" : formatDuration(Math.max(0, (step.finishedAt ?? now) - step.startedAt))}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
