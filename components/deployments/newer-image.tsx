"use client";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Time } from "#components/ui/time";
import type { DeploymentDto } from "#server/contract/deployment";
import { RollDialog } from "./roll-dialog";

/** Says that the deployment runs an older image than its environment has by now, and takes the newer one when asked. */
export function NewerImage({ deployment }: { readonly deployment: DeploymentDto }) {
  const [open, setOpen] = useState(false);
  const canWrite = useCan("contributor");
  const newer = deployment.image?.newer ?? null;
  if (newer === null || deployment.provisioningState === "Deleting") return null;
  return (
    <Callout tone="info" title={`A newer image of ${deployment.environment.name}:${deployment.environment.version} is ready.`}>
      <p>
        Image {newer.revision}
        {newer.cause === "" ? "" : ` (${newer.cause})`}
        {newer.finishedAt === null ? null : (
          <>
            , built <Time at={newer.finishedAt} />
          </>
        )}
        ; {deployment.name} runs image {deployment.image?.revision}.
      </p>
      {canWrite ? (
        <Button size="sm" className="mt-2" onClick={() => setOpen(true)}>
          Roll to the newest image
        </Button>
      ) : null}
      {open ? <RollDialog deployment={deployment} open onOpenChange={setOpen} /> : null}
    </Callout>
  );
}
