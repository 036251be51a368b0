"use client";
import { Section } from "#components/ui/page";
import { Calls } from "./calls";

/** The newest calls of an endpoint whose callers have tokens, and who they were. */
export function NewestCalls({ endpoint }: { readonly endpoint: string }) {
  return (
    <Section title="Newest calls">
      <Calls endpoint={endpoint} label="Newest calls" empty="Nobody has called yet. Rows appear some seconds after the call." />
    </Section>
  );
}
