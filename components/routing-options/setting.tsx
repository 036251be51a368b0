import type { ReactNode } from "react";
import type { RoutingDraft, RoutingProblems } from "./prepare/draft";

export interface SettingProps {
  readonly draft: RoutingDraft;
  readonly problems: RoutingProblems;
  readonly onChange: (draft: RoutingDraft) => void;
}

interface Props {
  readonly title: string;
  readonly sentence: ReactNode;
  readonly children: ReactNode;
}

/** One of the settings: what it is called, what it does, and its fields. */
export function Setting({ title, sentence, children }: Props) {
  return (
    <section className="flex min-w-0 flex-col gap-3 py-5 first:pt-0">
      <div>
        <h3 className="font-medium">{title}</h3>
        <p className="text-muted">{sentence}</p>
      </div>
      {children}
    </section>
  );
}
