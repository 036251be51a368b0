"use client";
import { useState } from "react";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/input";
import { Skeleton } from "#components/ui/skeleton";
import { Time } from "#components/ui/time";
import { CodeBlock } from "#components/ui/code-block";
import type { DeploymentRevisionDto } from "#server/contract/deployment";
import { useDeploymentRevisions } from "../queries/use-deployments";
import { cn } from "../ui/cn";
import { diffLines } from "./text-diff";

const marks = { same: " ", added: "+", removed: "−" } as const;
const looks = { same: "text-muted", added: "bg-ok-soft text-ok", removed: "bg-bad-soft text-bad" } as const;

function Diff({ before, after }: { readonly before: DeploymentRevisionDto; readonly after: DeploymentRevisionDto }) {
  const lines = diffLines(before.yaml, after.yaml);
  return (
    <div
      role="region"
      aria-label="Difference"
      tabIndex={0}
      className="scroll-thin max-h-120 overflow-auto rounded-md border border-line bg-sunken py-1.5 font-mono text-sm"
    >
      {lines.map((line, index) => (
        <div key={index} className={cn("px-3 whitespace-pre", looks[line.kind])}>
          <span className="inline-block w-4 select-none" aria-hidden>
            {marks[line.kind]}
          </span>
          {line.kind === "same" ? null : <span className="sr-only">{line.kind}: </span>}
          {line.text}
        </div>
      ))}
    </div>
  );
}

/** The spec as it is, and what each change made of it. */
export function Revisions({ endpoint, deployment, generation }: { readonly endpoint: string; readonly deployment: string; readonly generation: number }) {
  const { data } = useDeploymentRevisions(endpoint, deployment, generation);
  const [compared, setCompared] = useState("");
  if (data === undefined) return <Skeleton className="h-60" />;
  const [newest] = data.items;
  if (newest === undefined) return <p className="text-muted">No revision is recorded.</p>;
  const other = data.items.find((revision) => revision.id === compared);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <p className="text-muted">
          Generation {newest.generation}, by {newest.actor.name}, <Time at={newest.createdAt} />.
        </p>
        {data.items.length < 2 ? null : (
          <Field label="Compare with" className="w-64">
            {(control) => (
              <Select {...control} value={compared} onChange={(event) => setCompared(event.target.value)}>
                <option value="">nothing</option>
                {data.items.slice(1).map((revision) => (
                  <option key={revision.id} value={revision.id}>
                    generation {revision.generation}, {revision.actor.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
      </div>
      {other === undefined ? <CodeBlock label="specification" code={newest.yaml} className="max-h-120" /> : <Diff before={other} after={newest} />}
    </div>
  );
}
