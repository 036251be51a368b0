"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "../ui/cn";
import { Logo } from "./logo";
import { navItems } from "./nav-items";

/** Name of the product and the main navigation. */
export function NavList({ onNavigate }: { readonly onNavigate?: () => void }) {
  const pathname = usePathname();
  return (
    <ul className="flex flex-col gap-px">
      {navItems.map(({ href, text, key, icon: Icon }) => {
        const current = pathname === href || pathname.startsWith(`${href}/`);
        return (
          <li key={href}>
            <Link
              href={href}
              aria-current={current ? "page" : undefined}
              title={`${text} (g ${key})`}
              {...(onNavigate === undefined ? {} : { onClick: onNavigate })}
              className={cn(
                "flex h-8 items-center gap-2.5 rounded-md px-2 text-muted transition-colors hover:bg-hover hover:text-text",
                current && "bg-active/80 font-medium text-text hover:bg-active",
              )}
            >
              <Icon aria-hidden className={cn("size-4", current && "text-accent")} />
              {text}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

export function Brand() {
  return (
    <Link href="/endpoints" className="flex h-8 items-center gap-2 rounded-md px-2 text-md font-semibold tracking-tight">
      <Logo className="size-5" />
      Sluice
    </Link>
  );
}

/** The left column on wide screens. */
export function Sidebar({ workspace }: { readonly workspace: string }) {
  return (
    <nav aria-label="Main" className="sticky top-0 hidden h-dvh w-52 shrink-0 flex-col gap-3 border-r border-line bg-sunken/60 p-2 md:flex">
      <Brand />
      <NavList />
      <p className="mt-auto truncate px-2 pb-1 text-sm text-faint" title="Workspace">
        {workspace}
      </p>
    </nav>
  );
}
