"use client";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Section } from "#components/ui/page";
import { examineDeploymentAction } from "#server/actions/doctor";
import type { DeploymentDto } from "#server/contract/deployment";
import { useAction } from "../queries/use-action";
import { useDeploymentRevisions } from "../queries/use-deployments";
import { useDoctorRun } from "../queries/use-doctor-run";
import { DoctorReport } from "./report";
import { TryConsole } from "./try-console";

/** What the doctor found of the newest revision, and a way to ask it. */
export function DeploymentDoctor({ deployment }: { readonly deployment: DeploymentDto }) {
  const canWrite = useCan("contributor");
  const revisions = useDeploymentRevisions(deployment.endpoint, deployment.name, deployment.generation).data?.items;
  const [asked, setAsked] = useState<string | null>(null);
  const { data: run } = useDoctorRun(asked ?? revisions?.[0]?.doctorRunId ?? null);
  const examine = useAction(examineDeploymentAction, { onSuccess: ({ id }) => setAsked(id) });
  const running = run !== undefined && run.phase !== "ended";
  return (
    <Section title="Doctor">
      <div className="flex flex-col gap-3">
        {run === undefined ? (
          <p className="text-muted">Nobody has examined this revision. The doctor runs its container once more, alone and without traffic.</p>
        ) : (
          <DoctorReport run={run} />
        )}
        {examine.error === null ? null : <ErrorCallout error={examine.error.problem} />}
        {canWrite ? (
          <div>
            <Button busy={examine.isPending} disabled={running} onClick={() => examine.mutate({ endpoint: deployment.endpoint, deployment: deployment.name })}>
              {run === undefined ? "Examine" : "Examine again"}
            </Button>
          </div>
        ) : null}
        {canWrite && run !== undefined ? <TryConsole run={run} /> : null}
      </div>
    </Section>
  );
}
