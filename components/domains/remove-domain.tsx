"use client";
import { ErrorCallout } from "#components/ui/callout";
import { ConfirmDialog } from "#components/ui/dialog";
import { removeDomainAction } from "#server/actions/endpoints";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";

/** Asks before an endpoint stops answering at a name. */
export function RemoveDomain({ endpoint, domain, onClose }: { readonly endpoint: string; readonly domain: string; readonly onClose: () => void }) {
  const remove = useAction(removeDomainAction, {
    invalidates: () => [queryKeys.endpoint(endpoint)],
    success: `${domain} was removed`,
    onSuccess: onClose,
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Remove ${domain}?`}
      consequence={`Callers of ${domain} are no longer answered, and its certificate and key are deleted here and on every gateway that is connected. The endpoint's other addresses stay.`}
      confirmLabel="Remove"
      busy={remove.isPending}
      error={remove.error === null ? null : <ErrorCallout error={remove.error.problem} />}
      onConfirm={() => remove.mutate({ endpoint, name: domain })}
    />
  );
}
