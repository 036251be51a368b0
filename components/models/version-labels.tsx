"use client";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Dialog } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { removeAssetLabelAction, setAssetLabelAction } from "#server/actions/models";
import type { ModelVersionDto } from "#server/contract/asset";
import { labelPattern, latestLabel } from "../../server/domain/asset/reference";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";

const invalidates = () => [queryKeys.models()];

function problemOf(label: string): string | null {
  if (label === "") return null;
  if (label.toLowerCase() === latestLabel) return "latest is always the newest version.";
  return labelPattern.test(label) ? null : "Start with a letter; use at most 64 letters, digits, dashes, dots and underscores.";
}

function AddLabel({ model }: { readonly model: ModelVersionDto }) {
  const [open, setOpen] = useState(false);
  const [label, setLabel] = useState("");
  const set = useAction(setAssetLabelAction, {
    invalidates,
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
        title={`Label version ${String(model.version)}`}
        description="A label stands at one version of a model. Where another version has it, it moves here. Deployments keep the version that they were made with."
        footer={
          <Button
            variant="primary"
            disabled={label === "" || problem !== null}
            busy={set.isPending}
            onClick={() => set.mutate({ kind: "model", name: model.name, version: model.version, label })}
          >
            Set label
          </Button>
        }
      >
        <Field label="Label" error={problem} hint={`Deploy it as ${model.name}@${label === "" ? "label" : label}.`}>
          {(control) => (
            <Input {...control} autoFocus value={label} onChange={(event) => setLabel(event.target.value)} placeholder="champion" spellCheck={false} />
          )}
        </Field>
        {set.error === null ? null : <ErrorCallout error={set.error.problem} />}
      </Dialog>
    </>
  );
}

/** Labels of a version, with the ways to set one and to take one off. */
export function VersionLabels({ model, newest, canWrite }: { readonly model: ModelVersionDto; readonly newest: boolean; readonly canWrite: boolean }) {
  const remove = useAction(removeAssetLabelAction, { invalidates, toastError: true });
  const changeable = canWrite && model.archivedAt === null;
  return (
    <span className="inline-flex flex-wrap items-center gap-1">
      {newest ? <Badge tone="accent">latest</Badge> : null}
      {model.labels.map((label) => (
        <Badge key={label}>
          {label}
          {changeable ? (
            <button
              type="button"
              className="cursor-pointer"
              aria-label={`Take the label ${label} off`}
              onClick={() => remove.mutate({ kind: "model", name: model.name, version: model.version, label })}
            >
              <X aria-hidden />
            </button>
          ) : null}
        </Badge>
      ))}
      {changeable ? <AddLabel key={model.id} model={model} /> : model.labels.length === 0 && !newest ? <span className="text-faint">none</span> : null}
    </span>
  );
}
