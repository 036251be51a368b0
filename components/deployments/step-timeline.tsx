"use client";
import { Check, Circle, CircleAlert, LoaderCircle } from "lucide-react";
import { useNow } from "#components/ui/time";
import type { DeploymentStepDto } from "#server/contract/deployment";
import { cn } from "../ui/cn";
import { formatDuration } from "../ui/format";

const looks = {
  done: { icon: Check, ink: "border-ok text-ok" },
  running: { icon: LoaderCircle, ink: "border-warn text-warn" },
  failed: { icon: CircleAlert, ink: "border-bad text-bad" },
  waiting: { icon: Circle, ink: "border-line-strong text-faint" },
} as const;
const words = { done: "done", running: "under way", failed: "failed", waiting: "waiting" } as const;

function spent(step: DeploymentStepDto, now: number): string {
  if (step.startedAt === null) return "";
  if (step.finishedAt !== null) return formatDuration(step.finishedAt - step.startedAt);
  return step.state === "running" ? formatDuration(Math.max(0, now - step.startedAt)) : "";
}

/** From the wish to ready: the steps, what each waits for or failed at, and how long it took. */
export function StepTimeline({ steps }: { readonly steps: readonly DeploymentStepDto[] }) {
  const now = useNow();
  return (
    <ol className="flex flex-col rounded-lg border border-line bg-surface p-4">
      {steps.map((step, index) => {
        const look = looks[step.state];
        const Icon = look.icon;
        return (
          <li key={step.name} className="relative flex gap-3 pb-4 last:pb-0">
            {index < steps.length - 1 ? (
              <span aria-hidden className={cn("absolute top-6 bottom-0 left-2.5 w-px -translate-x-1/2", step.state === "done" ? "bg-ok/50" : "bg-line")} />
            ) : null}
            <span className={cn("flex size-5 shrink-0 items-center justify-center rounded-full border bg-surface", look.ink)}>
              <Icon
                aria-label={words[step.state]}
                className={cn("size-3", step.state === "running" && "animate-spin", step.state === "waiting" && "size-1.5 fill-current")}
              />
            </span>
            <div className="min-w-0 flex-1">
              <div className="flex items-baseline justify-between gap-3">
                <span className={cn("font-medium", step.state === "waiting" && "text-faint")}>{step.title}</span>
                <span className="num shrink-0 text-sm text-faint" suppressHydrationWarning>
                  {spent(step, now)}
                </span>
              </div>
              {step.detail === "" ? null : <p className={cn("break-words", step.state === "failed" ? "text-bad" : "text-muted")}>{step.detail}</p>}
              {step.hint === null || step.hint === "" ? null : (
                <p className="mt-0.5 break-words">
                  <span className="font-medium">What to do:</span> {step.hint}
                </p>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
