"use client";
import { Dialog } from "#components/ui/dialog";
import { Kbd } from "#components/ui/kbd";
import { navItems } from "./nav-items";

const rows = [
  { keys: ["Ctrl", "K"], text: "Go to anything (⌘ K on a Mac)" },
  { keys: ["/"], text: "Filter the list" },
  { keys: ["?"], text: "This list" },
  ...navItems.map((item) => ({ keys: ["g", item.key], text: item.text })),
];

export function HelpDialog({ open, onOpenChange }: { readonly open: boolean; readonly onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" className="max-w-90">
      <dl className="flex flex-col gap-1.5">
        {rows.map((row) => (
          <div key={row.text} className="flex items-center justify-between gap-4">
            <dt>{row.text}</dt>
            <dd className="flex gap-1">
              {row.keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
