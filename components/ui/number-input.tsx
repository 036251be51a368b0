"use client";
import type { FieldControlProps } from "./field";
import { Input } from "./input";

interface NumberInputProps {
  readonly control: FieldControlProps;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
}

/** A whole number. What is none, or nothing at all, becomes a value that the form's schema refuses. */
export function NumberInput({ control, value, onChange, min, max, step = 1 }: NumberInputProps) {
  return (
    <Input
      {...control}
      type="number"
      min={min}
      max={max}
      step={step}
      value={Number.isFinite(value) ? value : ""}
      onChange={(event) => onChange(event.target.value.trim() === "" ? Number.NaN : Number(event.target.value))}
      className="num"
    />
  );
}
