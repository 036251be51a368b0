"use client";
import { ErrorCallout } from "#components/ui/callout";
import { ConfirmDialog } from "#components/ui/dialog";
import { rollDeploymentAction } from "#server/actions/deployments";
import type { DeploymentDto } from "#server/contract/deployment";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";

interface RollDialogProps {
  readonly deployment: DeploymentDto;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Asks before a deployment moves to the newest image of its environment. */
export function RollDialog({ deployment, open, onOpenChange }: RollDialogProps) {
  const { name, endpoint, environment } = deployment;
  const roll = useAction(rollDeploymentAction, {
    invalidates: () => [queryKeys.endpoint(endpoint), queryKeys.compute()],
    onSuccess: () => onOpenChange(false),
    success: `${name} moves to the newest image`,
  });
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Roll ${name} to the newest image?`}
      consequence={`The newest image of ${environment.name}:${environment.version} is looked for. If there is a newer one, every instance is replaced by one that runs it; old instances leave when their replacement is ready, so requests keep being answered. The revision before stays to compare with.`}
      confirmLabel="Roll"
      variant="primary"
      busy={roll.isPending}
      error={roll.error === null ? null : <ErrorCallout error={roll.error.problem} />}
      onConfirm={() => roll.mutate({ endpoint, deployment: name })}
    />
  );
}
