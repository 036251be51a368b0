import type { ComponentProps } from "react";
import { cn } from "./cn";

/** A table that scrolls inside itself on narrow screens; `label` names the scroll area for the keyboard. */
export function Table({ label, className, ...rest }: ComponentProps<"table"> & { readonly label: string }) {
  return (
    <div className="scroll-thin relative overflow-x-auto rounded-lg border border-line bg-surface" tabIndex={0} role="region" aria-label={label}>
      <table className={cn("w-full border-collapse text-left text-base", className)} {...rest} />
    </div>
  );
}

export function TableHead({ className, ...rest }: ComponentProps<"thead">) {
  return <thead className={cn("border-b border-line text-sm text-faint", className)} {...rest} />;
}

/** A header cell; `numeric` sets it right, above right-set numbers. */
export function Th({ numeric = false, className, ...rest }: ComponentProps<"th"> & { readonly numeric?: boolean }) {
  return <th scope="col" className={cn("h-8 px-3 font-normal whitespace-nowrap", numeric && "text-right", className)} {...rest} />;
}

export function TableBody({ className, ...rest }: ComponentProps<"tbody">) {
  return <tbody className={cn("[&>tr:not(:last-child)]:border-b [&>tr:not(:last-child)]:border-line", className)} {...rest} />;
}

export function Tr({ className, ...rest }: ComponentProps<"tr">) {
  return <tr className={cn("transition-colors hover:bg-hover/60", className)} {...rest} />;
}

export function Td({ numeric = false, className, ...rest }: ComponentProps<"td"> & { readonly numeric?: boolean }) {
  return <td className={cn("h-10 px-3 whitespace-nowrap", numeric && "num text-right", className)} {...rest} />;
}
