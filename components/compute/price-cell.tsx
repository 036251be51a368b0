"use client";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { useCan, useMoney } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { updateInstanceTypeAction } from "#server/actions/compute";
import type { InstanceTypeDto } from "#server/contract/compute";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { NumberDialog } from "./number-dialog";

function ChangePrice({ type, onClose }: { readonly type: InstanceTypeDto; readonly onClose: () => void }) {
  const change = useAction(updateInstanceTypeAction, {
    invalidates: () => [queryKeys.instanceTypes()],
    onSuccess: onClose,
    success: `The price of ${type.name} was changed.`,
  });
  return (
    <NumberDialog
      id="instance-price"
      title={`Price of ${type.name}`}
      description="What one instance costs per hour from now on. Hours that have been counted keep their price."
      label="Per hour"
      hint="In the currency of this installation."
      start={type.pricePerHour}
      max={10_000}
      busy={change.isPending}
      error={change.error === null ? null : change.error.problem}
      onSave={(pricePerHour) => change.mutate({ name: type.name, pricePerHour })}
      onClose={onClose}
    />
  );
}

/** An instance type's price, which owners change in place. */
export function PriceCell({ type }: { readonly type: InstanceTypeDto }) {
  const money = useMoney();
  const canChange = useCan("owner");
  const [changing, setChanging] = useState(false);
  return (
    <span className="inline-flex items-center justify-end gap-1">
      {money(type.pricePerHour)}
      {canChange ? (
        <Button variant="ghost" size="sm" icon aria-label={`Change the price of ${type.name}`} onClick={() => setChanging(true)}>
          <Pencil aria-hidden />
        </Button>
      ) : null}
      {changing ? <ChangePrice type={type} onClose={() => setChanging(false)} /> : null}
    </span>
  );
}
