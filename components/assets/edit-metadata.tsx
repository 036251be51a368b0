"use client";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Dialog } from "#components/ui/dialog";
import { updateAssetVersionAction } from "#server/actions/assets";
import type { AssetVersionDto } from "#server/contract/asset";
import type { AssetKind } from "#server/domain/asset/reference";
import { useAction } from "../queries/use-action";
import { metadataDraftOf, metadataWish } from "./metadata-draft";
import { MetadataFields } from "./metadata-fields";
import { referenceOf, staleBy } from "./paths";

/** Changes what is noted of a version; its content never changes. */
export function EditMetadata({ kind, version }: { readonly kind: AssetKind; readonly version: AssetVersionDto }) {
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState(() => metadataDraftOf(version));
  const update = useAction(updateAssetVersionAction, {
    invalidates: () => staleBy(kind),
    success: `${referenceOf(version)} is saved`,
    onSuccess: () => setOpen(false),
  });
  return (
    <>
      <Button
        size="sm"
        onClick={() => {
          setDraft(metadataDraftOf(version));
          update.reset();
          setOpen(true);
        }}
      >
        <Pencil aria-hidden />
        Edit
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Edit ${referenceOf(version)}`}
        description="What is noted of the version. Its content never changes."
        footer={
          <Button
            variant="primary"
            busy={update.isPending}
            onClick={() => update.mutate({ kind, name: version.name, version: version.version, ...metadataWish(draft) })}
          >
            Save
          </Button>
        }
      >
        <MetadataFields value={draft} onChange={setDraft} />
        {update.error === null ? null : <ErrorCallout error={update.error.problem} />}
      </Dialog>
    </>
  );
}
