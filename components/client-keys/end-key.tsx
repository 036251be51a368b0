"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { ConfirmDialog, Dialog } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/input";
import { revokeClientKeyAction, rotateClientKeyAction } from "#server/actions/endpoints";
import type { ClientKeyDto, ClientKeySecretDto } from "#server/contract/client-key";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { overlaps } from "./words";

interface EndProps {
  readonly endpoint: string;
  readonly item: ClientKeyDto;
  readonly onClose: () => void;
}

/** A new secret, and how long the present one goes on beside it. */
export function RotateKey({ endpoint, item, onClose, onRotated }: EndProps & { readonly onRotated: (made: ClientKeySecretDto) => void }) {
  const [seconds, setSeconds] = useState(24 * 3600);
  const rotate = useAction(rotateClientKeyAction, { invalidates: () => [queryKeys.clientKeys(endpoint)], onSuccess: onRotated });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Rotate ${item.name}?`}
      description="The key gets a new secret, which is shown once. Name, limits and counts stay."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="rotate-key" busy={rotate.isPending}>
            Rotate
          </Button>
        </>
      }
    >
      <form
        id="rotate-key"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          rotate.mutate({ endpoint, name: item.name, overlapSeconds: seconds });
        }}
      >
        <Field label={`The present secret, ${item.prefix}…,`} hint={item.previousUntil === null ? undefined : "The secret before it ends at once."}>
          {(control) => (
            <Select {...control} value={String(seconds)} onChange={(event) => setSeconds(Number(event.target.value))}>
              {overlaps.map((overlap) => (
                <option key={overlap.seconds} value={String(overlap.seconds)}>
                  {overlap.text}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {rotate.error === null ? null : <ErrorCallout error={rotate.error.problem} />}
      </form>
    </Dialog>
  );
}

/** Asks before a caller is shut out. */
export function RevokeKey({ endpoint, item, onClose }: EndProps) {
  const revoke = useAction(revokeClientKeyAction, {
    invalidates: () => [queryKeys.clientKeys(endpoint)],
    success: `${item.name} is revoked`,
    onSuccess: onClose,
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Revoke ${item.name}?`}
      consequence="Whoever uses it is refused within a second by every gateway that is connected. This cannot be undone, and the name is not given again."
      confirmLabel="Revoke"
      busy={revoke.isPending}
      error={revoke.error === null ? null : <ErrorCallout error={revoke.error.problem} />}
      onConfirm={() => revoke.mutate({ endpoint, name: item.name })}
    />
  );
}
