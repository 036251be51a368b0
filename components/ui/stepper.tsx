import { Check } from "lucide-react";
import { cn } from "./cn";

export interface Step {
  readonly title: string;
  readonly state: "done" | "current" | "todo" | "error";
  readonly note?: string;
}

/** A wizard's steps: across on narrow screens (the narrowest name only the current one), down on wide ones; visited ones can be gone back to. */
export function Stepper({ label, steps, onSelect }: { readonly label: string; readonly steps: readonly Step[]; readonly onSelect: (index: number) => void }) {
  return (
    <nav aria-label={label} className="min-w-0">
      <ol className="scroll-thin flex gap-1 overflow-x-auto lg:flex-col">
        {steps.map((step, index) => (
          <li key={step.title} className="shrink-0 lg:min-w-0">
            <button
              type="button"
              disabled={step.state === "todo"}
              aria-current={step.state === "current" ? "step" : undefined}
              onClick={() => onSelect(index)}
              className={cn(
                "relative flex w-full items-center gap-2 rounded-md px-2 py-1.5 text-left whitespace-nowrap disabled:text-faint",
                step.state === "current" ? "bg-active/70 font-medium" : "enabled:hover:bg-hover",
              )}
            >
              <span
                aria-hidden
                className={cn(
                  "num flex size-5 shrink-0 items-center justify-center rounded-full border text-xs",
                  step.state === "done" && "border-ok text-ok",
                  step.state === "current" && "border-accent bg-accent text-accent-fg",
                  step.state === "error" && "border-bad text-bad",
                  step.state === "todo" && "border-line-strong",
                )}
              >
                {step.state === "done" ? <Check className="size-3" /> : step.state === "error" ? "!" : index + 1}
              </span>
              <span className={cn("min-w-0", step.state !== "current" && "max-sm:sr-only")}>
                {step.title}
                {step.note === undefined ? null : <span className="block truncate text-sm font-normal text-faint max-lg:hidden lg:max-w-40">{step.note}</span>}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
