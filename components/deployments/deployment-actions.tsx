"use client";
import { Ellipsis, PackageCheck, Pencil, RotateCw, Scaling, Trash2 } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useMoney } from "#components/shell/me";
import { Button, IconButton } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { ConfirmDialog, Dialog } from "#components/ui/dialog";
import { Dropdown, DropdownItem, DropdownSeparator } from "#components/ui/dropdown";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { deleteDeploymentAction, restartDeploymentAction, scaleDeploymentAction } from "#server/actions/deployments";
import type { DeploymentDto } from "#server/contract/deployment";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useInstanceTypes } from "../queries/use-compute";
import { plural } from "../ui/format";
import { RollDialog } from "./roll-dialog";

interface WindowProps {
  readonly deployment: DeploymentDto;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

const touched = (deployment: DeploymentDto) => () => [queryKeys.endpoint(deployment.endpoint), queryKeys.compute()];

function ScaleDialog({ deployment, open, onOpenChange }: WindowProps) {
  const money = useMoney();
  const [count, setCount] = useState(deployment.instanceCount);
  const type = useInstanceTypes().data?.items.find((item) => item.name === deployment.instanceType);
  const scale = useAction(scaleDeploymentAction, {
    invalidates: touched(deployment),
    onSuccess: () => onOpenChange(false),
    success: (data) => `${data.name} goes to ${plural(data.instanceCount, "instance")}`,
  });
  const valid = Number.isInteger(count) && count >= 1 && count <= 50;
  const more = count - deployment.instances.filter((instance) => instance.desiredState === "Running").length;
  const hint =
    type !== undefined && more > type.fits
      ? `${plural(more, "instance")} more, room for ${type.fits}. ${type.reason ?? ""}`
      : `${money(type === undefined ? null : count * type.pricePerHour)} per hour; now ${money(deployment.pricePerHour)}.`;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Scale ${deployment.name}`}
      description="Added instances get requests once they are ready; removed ones finish what they have."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button variant="primary" type="submit" form="scale" disabled={!valid || count === deployment.instanceCount} busy={scale.isPending}>
            Scale
          </Button>
        </>
      }
    >
      <form
        id="scale"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          scale.mutate({ endpoint: deployment.endpoint, deployment: deployment.name, generation: deployment.generation, instanceCount: count });
        }}
      >
        <Field label="Instances" error={valid ? null : "1 to 50 instances."} hint={hint}>
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              max={50}
              value={Number.isNaN(count) ? "" : count}
              onChange={(event) => setCount(event.target.valueAsNumber)}
              className="num w-28"
            />
          )}
        </Field>
        {scale.error === null ? null : <ErrorCallout error={scale.error.problem} />}
      </form>
    </Dialog>
  );
}

function RestartDialog({ deployment, open, onOpenChange }: WindowProps) {
  const restart = useAction(restartDeploymentAction, {
    invalidates: touched(deployment),
    onSuccess: () => onOpenChange(false),
    success: `${deployment.name} is being restarted`,
  });
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Restart ${deployment.name}?`}
      consequence="Every instance is replaced by a fresh one. Old instances leave when their replacement is ready, so requests keep being answered."
      confirmLabel="Restart"
      busy={restart.isPending}
      error={restart.error === null ? null : <ErrorCallout error={restart.error.problem} />}
      onConfirm={() => restart.mutate({ endpoint: deployment.endpoint, deployment: deployment.name })}
    />
  );
}

function DeleteDialog({ deployment, open, onOpenChange }: WindowProps) {
  const router = useRouter();
  const remove = useAction(deleteDeploymentAction, {
    invalidates: touched(deployment),
    success: `${deployment.name} is being deleted`,
    onSuccess: () => {
      onOpenChange(false);
      router.push(`/endpoints/${deployment.endpoint}/deployments`);
    },
  });
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete ${deployment.name}`}
      consequence={
        <>
          {plural(deployment.instanceCount, "instance stops", "instances stop")} and its revisions go. Models, code and environments stay; so do its past
          figures and costs.
          {deployment.percent > 0 ? (
            <span className="mt-1 block font-medium text-bad">It gets {deployment.percent} % of the traffic: give that to another deployment first.</span>
          ) : null}
        </>
      }
      confirmLabel="Delete"
      typeName={deployment.name}
      busy={remove.isPending}
      error={remove.error === null ? null : <ErrorCallout error={remove.error.problem} />}
      onConfirm={(confirmName) => remove.mutate({ endpoint: deployment.endpoint, deployment: deployment.name, confirmName })}
    />
  );
}

/** Scale, change, restart, roll, delete. */
export function DeploymentActions({ deployment }: { readonly deployment: DeploymentDto }) {
  const [open, setOpen] = useState<"scale" | "restart" | "roll" | "delete" | null>(null);
  const close = (next: boolean) => {
    if (!next) setOpen(null);
  };
  if (deployment.provisioningState === "Deleting") return null;
  return (
    <div className="flex items-center gap-2">
      <Button size="sm" onClick={() => setOpen("scale")}>
        <Scaling aria-hidden />
        Scale
      </Button>
      <Button size="sm" asChild>
        <Link href={`/endpoints/${deployment.endpoint}/deployments/${deployment.name}/edit`}>
          <Pencil aria-hidden />
          Change
        </Link>
      </Button>
      <Dropdown
        trigger={
          <IconButton label="More actions" variant="secondary">
            <Ellipsis />
          </IconButton>
        }
      >
        <DropdownItem onSelect={() => setOpen("restart")}>
          <RotateCw aria-hidden />
          Restart
        </DropdownItem>
        <DropdownItem onSelect={() => setOpen("roll")}>
          <PackageCheck aria-hidden />
          Roll to the newest image
        </DropdownItem>
        <DropdownSeparator />
        <DropdownItem danger onSelect={() => setOpen("delete")}>
          <Trash2 aria-hidden />
          Delete
        </DropdownItem>
      </Dropdown>
      {open === "scale" ? <ScaleDialog deployment={deployment} open onOpenChange={close} /> : null}
      {open === "restart" ? <RestartDialog deployment={deployment} open onOpenChange={close} /> : null}
      {open === "roll" ? <RollDialog deployment={deployment} open onOpenChange={close} /> : null}
      {open === "delete" ? <DeleteDialog deployment={deployment} open onOpenChange={close} /> : null}
    </div>
  );
}
