"use client";
import { Archive, ArchiveRestore } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { ConfirmDialog } from "#components/ui/dialog";
import { archiveAssetVersionAction, restoreAssetVersionAction } from "#server/actions/assets";
import type { AssetVersionDto } from "#server/contract/asset";
import type { AssetKind } from "#server/domain/asset/reference";
import { useAction } from "../queries/use-action";
import { referenceOf, segments, staleBy } from "./paths";

interface ArchivingProps {
  readonly kind: AssetKind;
  readonly version: AssetVersionDto;
}

/** Brings an archived version back. */
export function RestoreVersion({ kind, version }: ArchivingProps) {
  const restore = useAction(restoreAssetVersionAction, {
    invalidates: () => staleBy(kind),
    success: `${referenceOf(version)} is back`,
    toastError: true,
  });
  return (
    <Button size="sm" busy={restore.isPending} onClick={() => restore.mutate({ kind, name: version.name, version: version.version })}>
      <ArchiveRestore aria-hidden />
      Restore
    </Button>
  );
}

/** Archives one version. With the last one the name leaves the lists, and this page leads to the list instead of showing an empty one. */
export function ArchiveVersion({ kind, version, last }: ArchivingProps & { readonly last: boolean }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const archive = useAction(archiveAssetVersionAction, {
    invalidates: () => staleBy(kind),
    onSuccess: () => {
      setOpen(false);
      if (last) router.push(`/${segments[kind]}`);
    },
    success: `${referenceOf(version)} is archived`,
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
        title={`Archive ${referenceOf(version)}?`}
        consequence="It leaves the lists, loses its labels and cannot be picked for new deployments. It can be restored."
        confirmLabel="Archive"
        busy={archive.isPending}
        error={archive.error === null ? null : <ErrorCallout error={archive.error.problem} />}
        onConfirm={() => archive.mutate({ kind, name: version.name, version: version.version })}
      />
    </>
  );
}
