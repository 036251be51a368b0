"use client";
import { Button } from "#components/ui/button";
import type { Sample } from "./samples";

interface SampleRowProps {
  readonly samples: readonly Sample[];
  /** Why there is none, or null. */
  readonly reason: string | null;
  readonly onTake: (body: string) => void;
}

/** Bodies to begin with, a button each. */
export function SampleRow({ samples, reason, onTake }: SampleRowProps) {
  if (samples.length === 0) return reason === null ? null : <p className="text-sm text-faint">The deployment describes no sample. {reason}</p>;
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
