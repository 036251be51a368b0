"use client";
import { Layers } from "lucide-react";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Time } from "#components/ui/time";
import { rollDeploymentAction } from "#server/actions/deployments";
import type { DeploymentDto } from "#server/contract/deployment";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";

/** Moves a deployment to the newest image of its environment. */
export function RollButton({ endpoint, deployment }: { readonly endpoint: string; readonly deployment: string }) {
  const roll = useAction(rollDeploymentAction, {
    invalidates: () => [queryKeys.endpoint(endpoint), queryKeys.environments()],
    success: `${deployment} is being rolled`,
    toastError: true,
  });
  return (
    <Button size="sm" busy={roll.isPending} onClick={() => roll.mutate({ endpoint, deployment })} aria-label={`Roll ${endpoint}/${deployment}`}>
      <Layers aria-hidden />
      Roll
    </Button>
  );
}

/** Says that the environment has a newer image than the one that runs. */
export function ImageBehind({ deployment }: { readonly deployment: DeploymentDto }) {
  const canWrite = useCan("contributor");
  const newer = deployment.image?.newer ?? null;
  if (newer === null) return null;
  const settled = deployment.observedGeneration >= deployment.generation && deployment.provisioningState !== "Deleting";
  return (
    <Callout tone="warn" title={`A newer image of ${deployment.environment.name}:${String(deployment.environment.version)} is ready.`}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span>
          Image {newer.revision}
          {newer.cause === "" ? "" : `: ${newer.cause}`}
          {newer.finishedAt === null ? null : (
            <>
              , made <Time at={newer.finishedAt} />
            </>
          )}
          . Rolling replaces instances one after another while the others serve.
        </span>
        {canWrite && settled ? <RollButton endpoint={deployment.endpoint} deployment={deployment.name} /> : null}
      </div>
    </Callout>
  );
}
