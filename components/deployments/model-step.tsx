"use client";
import { Field } from "#components/ui/field";
import { Input, Select } from "#components/ui/input";
import { useModels } from "../queries/use-assets";
import { formatBytes } from "../ui/format";
import { AssetPicker, withCurrent } from "./asset-picker";
import { nothingGenerated, type AssetChoice, type DeploymentDraft } from "./draft";

export interface StepProps {
  readonly draft: DeploymentDraft;
  readonly change: (changes: Partial<DeploymentDraft>) => void;
  readonly problems: Readonly<Record<string, string>>;
  readonly editing: boolean;
}

/** Every version that the chosen model really has, newest first. */
function VersionSelect({ reference, onChange }: { readonly reference: string; readonly onChange: (reference: string) => void }) {
  const { data } = useModels(reference.split(":")[0]);
  const versions = data?.items ?? [];
  if (versions.length < 2) return null;
  return (
    <Field label="Version" className="max-w-100">
      {(control) => (
        <Select {...control} value={reference} onChange={(event) => onChange(event.target.value)}>
          {versions.map((model, index) => (
            <option key={model.id} value={`${model.name}:${model.version}`}>
              {model.version}
              {index === 0 ? " (newest)" : ""} · {formatBytes(model.sizeBytes)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

/** Which model, under which deployment name. */
export function ModelStep({ draft, change, problems, editing }: StepProps) {
  const { data } = useModels();
  // The list holds the newest version of each; one that was chosen before may be older.
  const newest = (data?.items ?? []).map((model) => ({
    value: `${model.name}:${model.version}`,
    text: `${model.name}:${model.version}`,
    note: `newest, ${formatBytes(model.sizeBytes)}`,
  }));
  const setModel = (changes: Partial<AssetChoice>) => change({ model: { ...draft.model, ...changes }, generated: nothingGenerated });
  return (
    <>
      <Field
        label="Deployment name"
        error={draft.name === "" ? null : problems["name"]}
        hint={editing ? "The name stays." : "Such as blue or v2. 3 to 32 letters, digits and single dashes."}
      >
        {(control) => (
          <Input
            {...control}
            required
            disabled={editing}
            autoFocus={!editing}
            value={draft.name}
            onChange={(event) => change({ name: event.target.value })}
            autoComplete="off"
            spellCheck={false}
            placeholder="blue"
            className="max-w-100"
          />
        )}
      </Field>
      <AssetPicker
        what="model"
        legend="Model"
        choice={draft.model}
        onChange={setModel}
        options={withCurrent(newest, draft.model.ref)}
        noneText="In the image"
        problem={problems["model"]}
        touched={draft.reached > 0}
      />
      {draft.model.source === "registered" && draft.model.ref !== null ? (
        <VersionSelect reference={draft.model.ref} onChange={(ref) => setModel({ ref })} />
      ) : null}
      <p className="text-sm text-faint">
        The container finds it below <code>AZUREML_MODEL_DIR</code>, read-only.
      </p>
    </>
  );
}
