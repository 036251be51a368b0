"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "./cn";

const tab =
  "relative flex h-9 shrink-0 items-center gap-1.5 px-0.5 text-base text-muted transition-colors hover:text-text focus-visible:outline-offset-[-2px] aria-[current=page]:text-text aria-[current=page]:font-medium data-[state=active]:text-text data-[state=active]:font-medium after:absolute after:inset-x-0 after:-bottom-px after:h-0.5 after:rounded-full aria-[current=page]:after:bg-accent data-[state=active]:after:bg-accent";
const row = "scroll-thin flex gap-4 overflow-x-auto border-b border-line";

/** Tabs that are pages: links, the current one marked. */
export function LinkTabs({
  label,
  tabs,
}: {
  readonly label: string;
  readonly tabs: readonly { readonly href: string; readonly text: string; readonly exact?: boolean }[];
}) {
  const pathname = usePathname();
  return (
    <nav aria-label={label} className={cn(row, "[scrollbar-width:none]")}>
      {tabs.map(({ href, text, exact = false }) => {
        const current = exact ? pathname === href : pathname === href || pathname.startsWith(`${href}/`);
        return (
          <Link key={href} href={href} aria-current={current ? "page" : undefined} className={tab}>
            {text}
          </Link>
        );
      })}
    </nav>
  );
}

interface TabsProps {
  readonly label: string;
  readonly value?: string;
  readonly onValueChange?: (value: string) => void;
  readonly tabs: readonly { readonly value: string; readonly text: ReactNode; readonly content: ReactNode }[];
}

/** Tabs inside a page. */
export function Tabs({ label, tabs, value, onValueChange }: TabsProps) {
  const controlled = value === undefined ? { defaultValue: tabs[0]?.value ?? "" } : { value };
  return (
    <Radix.Root {...controlled} {...(onValueChange === undefined ? {} : { onValueChange })}>
      <Radix.List aria-label={label} className={row}>
        {tabs.map((item) => (
          <Radix.Trigger key={item.value} value={item.value} className={tab}>
            {item.text}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((item) => (
        // What is in it takes the keyboard itself: the editor, fields, texts that scroll.
        <Radix.Content key={item.value} value={item.value} tabIndex={-1} className="pt-3 focus:outline-none">
          {item.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
