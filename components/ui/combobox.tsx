"use client";
import { Check, ChevronsUpDown } from "lucide-react";
import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { cn } from "./cn";
import type { FieldControlProps } from "./field";
import { Input } from "./input";

export interface ComboboxOption {
  readonly value: string;
  readonly text: string;
  readonly note?: ReactNode;
  readonly disabled?: boolean;
}

interface ComboboxProps {
  readonly control: FieldControlProps;
  readonly options: readonly ComboboxOption[];
  readonly value: string | null;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly emptyText?: string;
}

/** A select that can be typed into: arrows move, Enter takes, Escape closes. */
export function Combobox({ control, options, value, onChange, placeholder, emptyText = "Nothing matches." }: ComboboxProps) {
  const listId = useId();
  const [query, setQuery] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const open = query !== null;
  const chosen = options.find((option) => option.value === value);
  const matches = useMemo(() => {
    const wanted = (query ?? "").trim().toLowerCase();
    return wanted === "" ? options : options.filter((option) => option.text.toLowerCase().includes(wanted));
  }, [options, query]);

  const close = () => setQuery(null);
  const take = (option: ComboboxOption | undefined) => {
    if (option === undefined || option.disabled === true) return;
    onChange(option.value);
    close();
  };
  const move = (by: number) => {
    if (!open) setQuery("");
    const next = open ? Math.min(matches.length - 1, Math.max(0, active + by)) : 0;
    setActive(next);
    document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      take(matches[active]);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      close();
    }
  };

  return (
    <div
      ref={box}
      className="relative"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) close();
      }}
    >
      <Input
        {...control}
        role="combobox"
        aria-expanded={open}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={open && matches.length > 0 ? `${listId}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        className="pr-8"
        placeholder={placeholder}
        value={query ?? chosen?.text ?? ""}
        onChange={(event) => {
          setQuery(event.target.value);
          setActive(0);
        }}
        onClick={() => {
          if (!open) setQuery("");
        }}
        onKeyDown={onKeyDown}
      />
      <ChevronsUpDown aria-hidden className="pointer-events-none absolute top-2.25 right-2.5 size-3.5 text-faint" />
      <ul
        id={listId}
        role="listbox"
        aria-label="Choices"
        hidden={!open}
        className="scroll-thin absolute inset-x-0 top-full z-30 mt-1 max-h-64 overflow-y-auto rounded-lg bg-raised p-1 shadow-raised"
      >
        {matches.map((option, index) => (
          <li
            key={option.value}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={option.value === value}
            aria-disabled={option.disabled === true || undefined}
            onMouseDown={(event) => {
              event.preventDefault();
              take(option);
            }}
            onMouseEnter={() => setActive(index)}
            className={cn("flex min-h-7 items-center gap-2 rounded-sm px-2 py-1", index === active && "bg-hover", option.disabled === true && "text-faint")}
          >
            <Check aria-hidden className={cn("size-3.5 shrink-0 text-accent", option.value !== value && "invisible")} />
            <span className="min-w-0 flex-1 truncate">{option.text}</span>
            {option.note === undefined ? null : <span className="shrink-0 text-sm text-faint">{option.note}</span>}
          </li>
        ))}
        {matches.length === 0 ? (
          <li role="option" aria-selected={false} aria-disabled className="px-2 py-1.5 text-muted">
            {emptyText}
          </li>
        ) : null}
      </ul>
    </div>
  );
}
