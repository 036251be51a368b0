"use client";
import { useId, type ReactNode } from "react";
import { cn } from "./cn";

export interface FieldControlProps {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}

interface FieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly error?: string | null | undefined;
  readonly optional?: boolean;
  readonly className?: string;
  /** Draws the control; spread the given properties on it so that label, hint and error belong to it. */
  readonly children: (control: FieldControlProps) => ReactNode;
}

/** Label, control, hint and error as one unit; the error takes the hint's place so that nothing jumps. */
export function Field({ label, hint, error, optional = false, className, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const failed = error !== undefined && error !== null && error !== "";
  const note = failed ? error : hint;
  return (
    <div className={cn("flex min-w-0 flex-col gap-1", className)}>
      <label htmlFor={id} className="flex items-baseline gap-1.5 text-sm font-medium">
        {label}
        {optional ? <span className="font-normal text-faint">optional</span> : null}
      </label>
      {children({ id, "aria-describedby": note === undefined ? undefined : noteId, "aria-invalid": failed || undefined })}
      {note === undefined ? null : (
        <p id={noteId} className={cn("text-sm", failed ? "text-bad" : "text-faint")} aria-live={failed ? "polite" : undefined}>
          {note}
        </p>
      )}
    </div>
  );
}
