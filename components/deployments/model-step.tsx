"use client";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { useModels } from "../queries/use-assets";
import { formatBytes } from "../ui/format";
import { AssetPicker } from "./asset-picker";
import { nothingGenerated, type DeploymentDraft } from "./draft";

export interface StepProps {
  readonly draft: DeploymentDraft;
  readonly change: (changes: Partial<DeploymentDraft>) => void;
  readonly problems: Readonly<Record<string, string>>;
  readonly editing: boolean;
}

/** Which model, under which deployment name. */
export function ModelStep({ draft, change, problems, editing }: StepProps) {
  const { data } = useModels();
  const options = (data?.items ?? []).flatMap((model) =>
    Array.from({ length: model.version }, (_, back) => model.version - back)
      .slice(0, 20)
      .map((version) => ({
        value: `${model.name}:${version}`,
        text: `${model.name}:${version}`,
        ...(version === model.version ? { note: `newest, ${formatBytes(model.sizeBytes)}` } : {}),
      })),
  );
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
        onChange={(changes) => change({ model: { ...draft.model, ...changes }, generated: nothingGenerated })}
        options={options}
        noneText="In the image"
        problem={problems["model"]}
        touched={draft.reached > 0}
      />
      <p className="text-sm text-faint">
        The container finds it below <code>AZUREML_MODEL_DIR</code>, read-only.
      </p>
    </>
  );
}
