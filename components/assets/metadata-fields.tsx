"use client";
import { Field } from "#components/ui/field";
import { Textarea } from "#components/ui/input";
import { PairsEditor } from "#components/ui/pairs-editor";
import type { MetadataDraft } from "./metadata-draft";

interface MetadataFieldsProps {
  readonly value: MetadataDraft;
  readonly onChange: (value: MetadataDraft) => void;
}

/** Description, tags and properties of a version of any kind. */
export function MetadataFields({ value, onChange }: MetadataFieldsProps) {
  return (
    <>
      <Field label="Description" optional>
        {(control) => (
          <Textarea {...control} value={value.description} onChange={(event) => onChange({ ...value, description: event.target.value })} maxLength={2000} />
        )}
      </Field>
      <PairsEditor legend="Tags" addLabel="Add a tag" pairs={value.tags} onChange={(tags) => onChange({ ...value, tags })} namePlaceholder="team" />
      <PairsEditor
        legend="Properties"
        addLabel="Add a property"
        pairs={value.properties}
        onChange={(properties) => onChange({ ...value, properties })}
        namePlaceholder="rmse"
      />
    </>
  );
}
