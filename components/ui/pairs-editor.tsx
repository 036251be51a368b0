"use client";
import { Plus, X } from "lucide-react";
import { Button, IconButton } from "./button";
import { Input } from "./input";

export interface Pair {
  readonly name: string;
  readonly value: string;
}

interface PairsEditorProps {
  readonly legend: string;
  readonly pairs: readonly Pair[];
  readonly onChange: (pairs: readonly Pair[]) => void;
  readonly addLabel: string;
  readonly namePlaceholder?: string;
}

/** Names with values, a row each: tags, environment variables. */
export function PairsEditor({ legend, pairs, onChange, addLabel, namePlaceholder = "name" }: PairsEditorProps) {
  const set = (index: number, changes: Partial<Pair>) => onChange(pairs.map((pair, at) => (at === index ? { ...pair, ...changes } : pair)));
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1 text-sm font-medium">
        {legend} <span className="font-normal text-faint">optional</span>
      </legend>
      {pairs.map((pair, index) => (
        <div key={index} className="flex gap-1.5">
          <Input
            aria-label={`${legend}: name ${index + 1}`}
            placeholder={namePlaceholder}
            value={pair.name}
            onChange={(event) => set(index, { name: event.target.value })}
            className="mono"
            spellCheck={false}
          />
          <Input
            aria-label={`${legend}: value ${index + 1}`}
            placeholder="value"
            value={pair.value}
            onChange={(event) => set(index, { value: event.target.value })}
            className="mono"
            spellCheck={false}
          />
          <IconButton
            label={`Remove ${pair.name === "" ? `row ${index + 1}` : pair.name}`}
            onClick={() => onChange(pairs.filter((_, at) => at !== index))}
            className="mt-0.5"
          >
            <X />
          </IconButton>
        </div>
      ))}
      <Button size="sm" className="self-start" onClick={() => onChange([...pairs, { name: "", value: "" }])}>
        <Plus aria-hidden />
        {addLabel}
      </Button>
    </fieldset>
  );
}
