"use client";
import { Field } from "#components/ui/field";
import { Textarea } from "#components/ui/input";

interface PemFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly placeholder: string;
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (value: string) => void;
}

/** A text in PEM form, pasted or read from a file that stays where it is. */
export function PemField({ label, hint, placeholder, value, error, onChange }: PemFieldProps) {
  return (
    <div className="relative">
      <Field label={label} hint={hint} error={error}>
        {(control) => (
          <Textarea
            {...control}
            className="mono h-24 text-sm"
            value={value}
            placeholder={placeholder}
            autoComplete="off"
            spellCheck={false}
            required
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      <label className="absolute top-0 right-0 cursor-pointer text-sm text-accent hover:underline has-focus-visible:outline-2">
        Open a file
        <input
          type="file"
          accept=".pem,.crt,.cer,.key"
          aria-label={`${label} from a file`}
          className="sr-only"
          onChange={(event) => {
            void event.currentTarget.files?.[0]?.text().then(onChange);
            event.currentTarget.value = "";
          }}
        />
      </label>
    </div>
  );
}
