import { clsx, type ClassValue } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

// Our own sizes must be known as sizes, or `text-base` would be dropped in favour of a colour.
const merge = extendTailwindMerge({ extend: { theme: { text: ["xs", "sm", "base", "md", "lg", "xl"] } } });

/** Joins class names; a later Tailwind class wins over an earlier one of the same kind. */
export function cn(...values: readonly ClassValue[]): string {
  return merge(clsx(values));
}
