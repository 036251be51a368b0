"use client";
import { Callout, ErrorCallout } from "#components/ui/callout";
import { Checkbox } from "#components/ui/input";
import type { Examination } from "./use-examination";
import { DoctorReport } from "./report";

/** In the wizard's review: whether a trial comes first, and what it finds. */
export function ExaminationPanel({ examination }: { readonly examination: Examination }) {
  const { wanted, setWanted, run, error } = examination;
  return (
    <div className="flex flex-col gap-3">
      <label className="flex items-start gap-2">
        <Checkbox className="mt-1" checked={wanted} onChange={(event) => setWanted(event.target.checked)} />
        <span>
          Examine it first
          <span className="block text-sm text-muted">
            The doctor runs the container once, alone and without traffic, and says what to mend. It is created at once unless something fails.
          </span>
        </span>
      </label>
      {error === null || !wanted ? null : <ErrorCallout error={error.problem} />}
      {run === undefined || !wanted ? null : <DoctorReport run={run} />}
      {run?.verdict === "failed" && wanted ? (
        <Callout tone="warn" title="It would fail as it is.">
          Go back and mend it, or create it all the same.
        </Callout>
      ) : null}
    </div>
  );
}
