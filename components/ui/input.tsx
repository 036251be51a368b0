import type { ComponentProps } from "react";
import { cn } from "./cn";

const control =
  "w-full min-w-0 rounded-md border border-control/60 bg-surface px-2.5 text-base text-text shadow-control transition-colors hover:border-control focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 disabled:bg-sunken disabled:text-muted aria-invalid:border-bad aria-invalid:outline-bad";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={cn(control, "h-8", className)} {...rest} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea className={cn(control, "scroll-thin min-h-18 py-1.5 leading-5", className)} {...rest} />;
}

/** The platform's own select: works with every keyboard, screen reader and phone. */
export function Select({ className, ...rest }: ComponentProps<"select">) {
  return <select className={cn(control, "h-8 pr-1.5", className)} {...rest} />;
}

export function Checkbox({ className, ...rest }: Omit<ComponentProps<"input">, "type">) {
  return <input type="checkbox" className={cn("size-3.5 shrink-0 accent-accent", className)} {...rest} />;
}

export function Radio({ className, ...rest }: Omit<ComponentProps<"input">, "type">) {
  return <input type="radio" className={cn("size-3.5 shrink-0 accent-accent", className)} {...rest} />;
}
