"use client";
import { Menu } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useState } from "react";
import { IconButton } from "#components/ui/button";
import { Brand, NavList } from "./sidebar";

/** The navigation as a drawer on narrow screens. */
export function MobileNav({ workspace }: { readonly workspace: string }) {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      <Radix.Trigger asChild>
        <IconButton label="Navigation" className="-ml-1 md:hidden">
          <Menu className="size-4" />
        </IconButton>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[light-dark(rgb(15_23_30/35%),rgb(0_0_0/60%))] md:hidden" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-50 flex w-64 flex-col gap-3 bg-raised p-3 shadow-raised focus:outline-none md:hidden"
        >
          <Radix.Title className="sr-only">Navigation</Radix.Title>
          <Brand />
          <nav aria-label="Main">
            <NavList onNavigate={close} />
          </nav>
          <p className="mt-auto truncate px-2 text-sm text-faint">{workspace}</p>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
