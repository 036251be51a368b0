"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Dialog } from "#components/ui/dialog";
import { updateClientKeyAction } from "#server/actions/endpoints";
import type { ClientKeyDto } from "#server/contract/client-key";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { LimitFields } from "./limit-fields";
import { limitOf } from "./words";

const shown = (limit: number | null): string => (limit === null ? "" : String(limit));

/** Changes what a key may do while it is in use. */
export function EditLimits({ endpoint, item, onClose }: { readonly endpoint: string; readonly item: ClientKeyDto; readonly onClose: () => void }) {
  const [draft, setDraft] = useState({ rate: shown(item.ratePerSecond), quota: shown(item.dailyQuota), mayPin: item.mayPin });
  const update = useAction(updateClientKeyAction, {
    invalidates: () => [queryKeys.clientKeys(endpoint)],
    success: `${item.name} has new limits`,
    onSuccess: onClose,
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Limits of ${item.name}`}
      description="In force within a second, without a new key."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="key-limits" busy={update.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form
        id="key-limits"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          update.mutate({ endpoint, name: item.name, mayPin: draft.mayPin, ratePerSecond: limitOf(draft.rate), dailyQuota: limitOf(draft.quota) });
        }}
      >
        <LimitFields draft={draft} onChange={setDraft} />
        {update.error === null ? null : <ErrorCallout error={update.error.problem} />}
      </form>
    </Dialog>
  );
}
