"use client";
import { useState } from "react";
import { Field, type FieldControlProps } from "#components/ui/field";
import { Input, Select, Textarea } from "#components/ui/input";
import type { FormField } from "./form-shape";
import { problemOf, textOf, valueOf } from "./form-value";

interface TypedFieldProps {
  readonly field: FormField;
  readonly value: unknown;
  /** What the model said of it. */
  readonly refusal: string | null;
  readonly onChange: (value: unknown) => void;
}

interface ControlProps {
  readonly field: FormField;
  readonly control: FieldControlProps;
  readonly text: string;
  readonly onText: (text: string) => void;
}

// The browser's own date control knows no zones and no fractions; such a text is shown as text.
const isLocalTime = (text: string): boolean => text === "" || /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/.test(text);

function Control({ field: { type, required }, control, text, onText }: ControlProps) {
  const shared = {
    ...control,
    "aria-required": required,
    value: text,
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => onText(event.target.value),
  };
  if (type === "boolean")
    return (
      <Select {...shared}>
        <option value="">missing</option>
        <option>true</option>
        <option>false</option>
        {["", "true", "false"].includes(text) ? null : <option>{text}</option>}
      </Select>
    );
  if (type === "json") return <Textarea {...shared} rows={2} className="font-mono text-sm" />;
  if (type === "datetime" && isLocalTime(text)) return <Input {...shared} type="datetime-local" step={1} />;
  const isNumber = type === "integer" || type === "number";
  return <Input {...shared} autoComplete="off" inputMode={type === "integer" ? "numeric" : isNumber ? "decimal" : "text"} className={isNumber ? "num" : ""} />;
}

const typeWords = ({ type, depth }: FormField): string => (depth > 0 ? `list in ${String(depth)} ${depth === 1 ? "dimension" : "dimensions"}` : type);

/** One value of a request. A text stays as it is typed ("1." is on its way to 1.5) until the body says another. */
export function TypedField({ field, value, refusal, onChange }: TypedFieldProps) {
  const shown = textOf(value);
  const [typed, setTyped] = useState({ text: shown, as: shown });
  const text = typed.as === shown ? typed.text : shown;
  const change = (next: string) => {
    const nextValue = valueOf(field, next);
    setTyped({ text: next, as: textOf(nextValue) });
    onChange(nextValue);
  };
  const error = refusal ?? problemOf(field, value);
  return (
    // A date with its time does not fit a column.
    <Field
      label={<span className="break-all">{field.name}</span>}
      optional={!field.required}
      hint={typeWords(field)}
      error={error}
      className={field.type === "datetime" ? "col-span-full max-w-72" : ""}
    >
      {(control) => <Control field={field} control={control} text={text} onText={change} />}
    </Field>
  );
}
