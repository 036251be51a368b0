"use client";
import { Archive, ArchiveRestore } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { ConfirmDialog } from "#components/ui/dialog";
import { archiveModelVersionAction, restoreModelVersionAction } from "#server/actions/models";
import type { ModelVersionDto } from "#server/contract/asset";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";

/** Brings an archived version back. */
export function RestoreVersion({ version }: { readonly version: ModelVersionDto }) {
  const restore = useAction(restoreModelVersionAction, {
    invalidates: () => [queryKeys.models()],
    success: `${version.name}:${String(version.version)} is back`,
    toastError: true,
  });
  return (
    <Button size="sm" busy={restore.isPending} onClick={() => restore.mutate({ name: version.name, version: version.version })}>
      <ArchiveRestore aria-hidden />
      Restore
    </Button>
  );
}

/** Archives one version. With the last one the model is gone, and so is this page: it leads to the list instead of asking for itself again. */
export function ArchiveVersion({ version, last }: { readonly version: ModelVersionDto; readonly last: boolean }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const archive = useAction(archiveModelVersionAction, {
    invalidates: () => (last ? [] : [queryKeys.models()]),
    onSuccess: () => {
      setOpen(false);
      if (last) router.push("/models");
    },
    success: `${version.name}:${String(version.version)} is archived`,
  });
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>
        <Archive aria-hidden />
        Archive
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Archive ${version.name}:${String(version.version)}?`}
        consequence="It leaves the lists, loses its labels and cannot be picked for new deployments. It can be restored."
        confirmLabel="Archive"
        busy={archive.isPending}
        error={archive.error === null ? null : <ErrorCallout error={archive.error.problem} />}
        onConfirm={() => archive.mutate({ id: version.id })}
      />
    </>
  );
}
