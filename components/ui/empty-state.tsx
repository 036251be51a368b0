import type { ReactNode } from "react";
import { CommandLine } from "./code-block";

interface EmptyStateProps {
  readonly icon?: ReactNode;
  readonly title: string;
  /** 1 where the page has no other heading. */
  readonly level?: 1 | 2;
  /** One sentence: what this would show and how it comes to be. */
  readonly sentence: string;
  readonly action?: ReactNode;
  readonly command?: string;
}

/** What an empty page teaches: one sentence, one action, one command to copy. */
export function EmptyState({ icon, title, level = 2, sentence, action, command }: EmptyStateProps) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className="flex flex-col items-center gap-3 rounded-lg border border-dashed border-line-strong px-4 py-14 text-center">
      {icon === undefined ? null : (
        <div aria-hidden className="rounded-lg border border-line bg-surface p-2.5 text-muted [&_svg]:size-5">
          {icon}
        </div>
      )}
      <div>
        <Heading className="text-md font-semibold">{title}</Heading>
        <p className="mx-auto mt-1 max-w-110 text-muted">{sentence}</p>
      </div>
      {action}
      {command === undefined ? null : <CommandLine command={command} className="mt-1 w-full max-w-120" />}
    </div>
  );
}
