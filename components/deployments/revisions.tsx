"use client";
import { useState } from "react";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/input";
import { Skeleton } from "#components/ui/skeleton";
import { TextDifference } from "#components/ui/text-difference";
import { Time } from "#components/ui/time";
import { CodeBlock } from "#components/ui/code-block";
import { useDeploymentRevisions } from "../queries/use-deployments";

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
      {other === undefined ? (
        <CodeBlock label="specification" code={newest.yaml} className="max-h-120" />
      ) : (
        <TextDifference label="Difference" before={other.yaml} after={newest.yaml} />
      )}
    </div>
  );
}
