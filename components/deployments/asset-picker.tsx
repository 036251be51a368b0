"use client";
import { UploadBox } from "#components/upload/upload-box";
import { Choice } from "#components/ui/choice";
import { Combobox, type ComboboxOption } from "#components/ui/combobox";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import type { AssetChoice } from "./draft";

interface AssetPickerProps {
  readonly what: string;
  readonly legend: string;
  readonly choice: AssetChoice;
  readonly onChange: (changes: Partial<AssetChoice>) => void;
  readonly options: readonly ComboboxOption[];
  readonly noneText: string;
  readonly problem: string | undefined;
  readonly touched: boolean;
}

/** A deployment may use an older version than the list's newest, or one that was made for it and is in no list. */
export const withCurrent = (options: readonly ComboboxOption[], ref: string | null): readonly ComboboxOption[] =>
  ref === null || options.some((option) => option.value === ref) ? options : [...options, { value: ref, text: ref }];

/** A registered thing, an upload under a name, or none. */
export function AssetPicker({ what, legend, choice, onChange, options, noneText, problem, touched }: AssetPickerProps) {
  const shown = touched ? problem : undefined;
  return (
    <div className="flex flex-col gap-2.5">
      <Choice
        legend={legend}
        value={choice.source}
        onChange={(source) => onChange({ source })}
        options={[
          { value: "upload", text: "Upload" },
          { value: "registered", text: "Registered" },
          { value: "none", text: noneText },
        ]}
      />
      {choice.source === "registered" ? (
        <Field label={`Registered ${what}`} error={shown} hint={options.length === 0 ? `No ${what} is registered yet: upload one.` : "Name and version."}>
          {(control) => (
            <Combobox control={control} options={options} value={choice.ref} onChange={(ref) => onChange({ ref })} placeholder={`Choose a ${what}`} />
          )}
        </Field>
      ) : null}
      {choice.source === "upload" ? (
        <>
          <UploadBox
            label={`Upload the ${what}`}
            looseName={choice.name === "" ? what : choice.name}
            uploaded={choice.uploaded}
            onUploaded={(uploaded) => onChange({ uploaded })}
          />
          <Field label={`Name of the ${what}`} error={shown} hint="It is registered under this name; an existing name gets a new version.">
            {(control) => (
              <Input
                {...control}
                value={choice.name}
                onChange={(event) => onChange({ name: event.target.value })}
                className="mono max-w-100"
                spellCheck={false}
                autoComplete="off"
              />
            )}
          </Field>
        </>
      ) : null}
    </div>
  );
}
