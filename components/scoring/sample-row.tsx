"use client";
import { Button } from "#components/ui/button";
import type { Sample } from "./samples";

interface SampleRowProps {
  readonly samples: readonly Sample[];
  /** Whether it is known that there is none. */
  readonly settled: boolean;
  /** Why the swagger gives none, or null. */
  readonly reason: string | null;
  readonly onTake: (body: string) => void;
}

/** Bodies to begin with, a button each; where there is none, how to have one. */
export function SampleRow({ samples, settled, reason, onTake }: SampleRowProps) {
  if (samples.length === 0 && !settled) return null;
  if (samples.length === 0)
    return (
      <p className="text-sm text-faint">
        Nothing says what this deployment takes, so the body begins empty. {reason} To have a sample here, put <code>sample-request.json</code> beside the
        script, or decorate run() so that the swagger describes it.
      </p>
    );
  return (
    <div role="group" aria-label="Samples" className="flex flex-wrap items-center gap-1.5 text-sm text-muted">
      sample
      {samples.map((sample) => (
        <Button key={sample.name} size="sm" onClick={() => onTake(sample.body)}>
          {sample.name}
        </Button>
      ))}
    </div>
  );
}
