"use client";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { useCan, useMoney } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Dialog } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { updateInstanceTypeAction } from "#server/actions/compute";
import type { InstanceTypeDto } from "#server/contract/compute";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";

function ChangePrice({ type, onClose }: { readonly type: InstanceTypeDto; readonly onClose: () => void }) {
  const [price, setPrice] = useState(String(type.pricePerHour));
  const change = useAction(updateInstanceTypeAction, {
    invalidates: () => [queryKeys.instanceTypes()],
    onSuccess: onClose,
    success: `The price of ${type.name} was changed.`,
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Price of ${type.name}`}
      description="What one instance costs per hour from now on. Hours that have been counted keep their price."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="instance-price" busy={change.isPending} disabled={price.trim() === ""}>
            Save
          </Button>
        </>
      }
    >
      <form
        id="instance-price"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate({ name: type.name, pricePerHour: Number(price) });
        }}
      >
        <Field label="Per hour" hint="In the currency of this installation.">
          {(control) => (
            <Input {...control} type="number" min={0} max={10_000} step="any" value={price} onChange={(event) => setPrice(event.target.value)} required />
          )}
        </Field>
        {change.error === null ? null : <ErrorCallout error={change.error.problem} />}
      </form>
    </Dialog>
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
