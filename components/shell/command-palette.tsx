"use client";
import { useRouter } from "next/navigation";
import { Dialog as Radix } from "radix-ui";
import { useId, useState, type KeyboardEvent } from "react";
import { cn } from "../ui/cn";
import { Kbd } from "#components/ui/kbd";
import { useEndpoints } from "../queries/use-endpoints";
import { createItems, navItems } from "./nav-items";

interface Entry {
  readonly href: string;
  readonly text: string;
  readonly group: string;
}

const endpointPages = ["deployments", "traffic", "test", "consume", "monitoring", "logs", "cost", "activity", "settings"];

function entriesFor(query: string, endpoints: readonly string[]): readonly Entry[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const all: Entry[] = [
    ...navItems.map((item) => ({ href: item.href, text: item.text, group: "Pages" })),
    ...createItems.map((item) => ({ ...item, group: "Create" })),
    ...endpoints.map((name) => ({ href: `/endpoints/${name}`, text: name, group: "Endpoints" })),
    // The pages of an endpoint only once something was typed: there are many.
    ...(words.length === 0
      ? []
      : endpoints.flatMap((name) => endpointPages.map((page) => ({ href: `/endpoints/${name}/${page}`, text: `${name} › ${page}`, group: "Endpoint pages" })))),
  ];
  return all.filter((entry) => words.every((word) => entry.text.toLowerCase().includes(word))).slice(0, 40);
}

function PaletteBody({ close }: { readonly close: () => void }) {
  const router = useRouter();
  const listId = useId();
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const { data } = useEndpoints();
  const entries = entriesFor(
    query,
    (data?.items ?? []).map((endpoint) => endpoint.name),
  );
  const go = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    close();
    router.push(entry.href);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      const next = (active + by + entries.length) % Math.max(1, entries.length);
      setActive(next);
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(entries[active]);
    }
  };
  return (
    <>
      <div className="flex items-center gap-2 border-b border-line px-3">
        <input
          role="combobox"
          aria-label="Go to"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={entries.length > 0 ? `${listId}-${active}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder="Go to a page or an endpoint"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          className="h-11 min-w-0 flex-1 bg-transparent text-md outline-none"
        />
        <Kbd>Esc</Kbd>
      </div>
      <ul id={listId} role="listbox" aria-label="Places" className="scroll-thin max-h-80 overflow-y-auto p-1">
        {entries.map((entry, index) => (
          <li
            key={entry.href}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            onClick={() => go(entry)}
            onMouseMove={() => setActive(index)}
            className={cn("flex h-8 cursor-pointer items-center justify-between gap-3 rounded-md px-2", index === active && "bg-hover")}
          >
            <span className="min-w-0 truncate">{entry.text}</span>
            <span className="shrink-0 text-sm text-faint">{entry.group}</span>
          </li>
        ))}
      </ul>
      {entries.length === 0 ? <p className="px-3 pb-4 text-muted">No page or endpoint matches.</p> : null}
    </>
  );
}

/** Cmd/Ctrl-K: every page and every endpoint, by typing. */
export function CommandPalette({ open, onOpenChange }: { readonly open: boolean; readonly onOpenChange: (open: boolean) => void }) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[light-dark(rgb(15_23_30/35%),rgb(0_0_0/60%))]" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-32px)] max-w-130 -translate-x-1/2 overflow-hidden rounded-lg bg-raised shadow-raised animate-enter focus:outline-none"
        >
          <Radix.Title className="sr-only">Go to</Radix.Title>
          <PaletteBody close={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
