"use client";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Dialog } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { removeAssetLabelAction, setAssetLabelAction } from "#server/actions/assets";
import type { AssetVersionDto } from "#server/contract/asset";
import { labelPattern, latestLabel, type AssetKind } from "../../server/domain/asset/reference";
import { useAction } from "../queries/use-action";
import { staleBy } from "./paths";

function problemOf(label: string): string | null {
  if (label === "") return null;
  if (label.toLowerCase() === latestLabel) return "latest is always the newest version.";
  return labelPattern.test(label) ? null : "Start with a letter; use at most 64 letters, digits, dashes, dots and underscores.";
}

interface LabelledProps {
  readonly kind: AssetKind;
  readonly version: AssetVersionDto;
}

function AddLabel({ kind, version }: LabelledProps) {
  const [open, setOpen] = useState(false);
  const [label, setLabel] = useState("");
  const set = useAction(setAssetLabelAction, {
    invalidates: () => staleBy(kind),
    success: (done) => `${label} stands at version ${String(done.version)}`,
    onSuccess: () => {
      setOpen(false);
      setLabel("");
    },
  });
  const problem = problemOf(label);
  return (
    <>
      <Button size="sm" variant="ghost" onClick={() => setOpen(true)}>
        <Plus aria-hidden />
        Label
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Label version ${String(version.version)}`}
        description="A label stands at one version of a name. Where another version has it, it moves here. Deployments keep the version that they were made with."
        footer={
          <Button
            variant="primary"
            disabled={label === "" || problem !== null}
            busy={set.isPending}
            onClick={() => set.mutate({ kind, name: version.name, version: version.version, label })}
          >
            Set label
          </Button>
        }
      >
        <Field label="Label" error={problem} hint={`Deploy it as ${version.name}@${label === "" ? "label" : label}.`}>
          {(control) => (
            <Input {...control} autoFocus value={label} onChange={(event) => setLabel(event.target.value)} placeholder="champion" spellCheck={false} />
          )}
        </Field>
        {set.error === null ? null : <ErrorCallout error={set.error.problem} />}
      </Dialog>
    </>
  );
}

interface VersionLabelsProps extends LabelledProps {
  readonly newest: boolean;
  readonly canWrite: boolean;
}

/** Labels of a version, with the ways to set one and to take one off. */
export function VersionLabels({ kind, version, newest, canWrite }: VersionLabelsProps) {
  const remove = useAction(removeAssetLabelAction, { invalidates: () => staleBy(kind), toastError: true });
  const changeable = canWrite && version.archivedAt === null;
  return (
    <span className="inline-flex flex-wrap items-center gap-1">
      {newest ? <Badge tone="accent">latest</Badge> : null}
      {version.labels.map((label) => (
        <Badge key={label}>
          {label}
          {changeable ? (
            <button
              type="button"
              className="cursor-pointer"
              aria-label={`Take the label ${label} off`}
              onClick={() => remove.mutate({ kind, name: version.name, version: version.version, label })}
            >
              <X aria-hidden />
            </button>
          ) : null}
        </Badge>
      ))}
      {changeable ? (
        <AddLabel key={version.id} kind={kind} version={version} />
      ) : version.labels.length === 0 && !newest ? (
        <span className="text-faint">none</span>
      ) : null}
    </span>
  );
}
