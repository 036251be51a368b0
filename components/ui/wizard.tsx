"use client";
import { ArrowLeft, ArrowRight } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { Button } from "./button";
import { Stepper, type Step } from "./stepper";

export interface WizardStep {
  readonly title: string;
  /** Refused fields of this step; empty when it is complete. */
  readonly problems: readonly string[];
  readonly note?: string;
  readonly body: ReactNode;
}

interface WizardProps {
  readonly label: string;
  readonly steps: readonly WizardStep[];
  readonly current: number;
  /** The furthest step that was reached: earlier ones can be gone back to. */
  readonly reached: number;
  readonly onStep: (index: number) => void;
  readonly summary: ReactNode;
  readonly submitLabel: string;
  readonly onSubmit: () => void;
  readonly busy: boolean;
  readonly error: ReactNode;
}

function stateOf(step: WizardStep, index: number, current: number, reached: number): Step["state"] {
  if (index === current) return "current";
  if (index > reached) return "todo";
  return step.problems.length > 0 ? "error" : "done";
}

/** Steps on the left, the form in the middle, what will come of it on the right. */
export function Wizard({ label, steps, current, reached, onStep, summary, submitLabel, onSubmit, busy, error }: WizardProps) {
  const step = steps[current];
  const last = current === steps.length - 1;
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(current);
  useEffect(() => {
    // Keyboard and screen reader go along with the step, but not on arrival.
    if (before.current !== current) heading.current?.focus();
    before.current = current;
  }, [current]);
  const blocked = (last ? steps : steps.slice(0, current + 1)).some((item) => item.problems.length > 0);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-4 lg:grid-cols-[176px_minmax(0,1fr)] xl:grid-cols-[176px_minmax(0,1fr)_288px]">
      <Stepper
        label={label}
        onSelect={onStep}
        steps={steps.map((item, index) => ({
          title: item.title,
          state: stateOf(item, index, current, reached),
          ...(item.note === undefined ? {} : { note: item.note }),
        }))}
      />
      <form
        noValidate
        className="flex min-w-0 flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (blocked || busy) return;
          if (last) onSubmit();
          else onStep(current + 1);
        }}
      >
        <h2 ref={heading} tabIndex={-1} className="text-lg font-semibold focus:outline-none">
          {step?.title}
        </h2>
        {step?.body}
        {error}
        <div className="flex items-center gap-2 border-t border-line pt-4">
          {current > 0 ? (
            <Button onClick={() => onStep(current - 1)} disabled={busy}>
              <ArrowLeft aria-hidden />
              Back
            </Button>
          ) : null}
          <Button type="submit" variant="primary" className="ml-auto" disabled={blocked} busy={busy}>
            {last ? (
              submitLabel
            ) : (
              <>
                Continue
                <ArrowRight aria-hidden />
              </>
            )}
          </Button>
        </div>
      </form>
      <aside aria-label="Summary" className="min-w-0 lg:col-start-2 xl:col-start-auto">
        <div className="sticky top-16 flex flex-col gap-3">{summary}</div>
      </aside>
    </div>
  );
}
