"use client";
import { Layers } from "lucide-react";
import { Button } from "#components/ui/button";
import { rollDeploymentAction } from "#server/actions/deployments";
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
