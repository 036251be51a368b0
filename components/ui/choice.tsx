"use client";
import { useId } from "react";
import { cn } from "./cn";

interface ChoiceProps<T extends string> {
  readonly legend: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly options: readonly { readonly value: T; readonly text: string; readonly disabled?: boolean }[];
  readonly hideLegend?: boolean;
}

/** One of a few, all in sight. */
export function Choice<T extends string>({ legend, value, onChange, options, hideLegend = false }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className={hideLegend ? "sr-only" : "mb-1 text-sm font-medium"}>{legend}</legend>
      <div className="inline-flex max-w-full flex-wrap gap-0.5 rounded-md border border-line bg-sunken p-0.5">
        {options.map((option) => (
          <label
            key={option.value}
            className={cn(
              "flex h-7 cursor-pointer items-center rounded-sm px-2.5 text-muted transition-colors has-focus-visible:outline-2 has-focus-visible:outline-accent",
              option.value === value && "bg-surface font-medium text-text shadow-control",
              option.disabled === true && "cursor-not-allowed opacity-50",
            )}
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              disabled={option.disabled}
              onChange={() => onChange(option.value)}
              className="sr-only"
            />
            {option.text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
