"use client";
import { Search } from "lucide-react";
import { usePathname } from "next/navigation";
import { useCallback, useState, type ReactNode } from "react";
import { Breadcrumbs } from "#components/ui/breadcrumbs";
import { Kbd } from "#components/ui/kbd";
import { ToastProvider } from "#components/ui/toast";
import { QueryProvider } from "#components/queries/query-provider";
import type { MeDto } from "#server/contract/access";
import { MeProvider } from "./me";
import { CommandPalette } from "./command-palette";
import { crumbsOf } from "./crumbs";
import { HelpDialog } from "./help-dialog";
import { MobileNav } from "./mobile-nav";
import { Sidebar } from "./sidebar";
import { ThemeMenu } from "./theme-menu";
import type { Theme } from "./theme";
import { UserMenu } from "./user-menu";
import { useShortcuts } from "./use-shortcuts";

function Frame({ me, theme, children }: { readonly me: MeDto; readonly theme: Theme; readonly children: ReactNode }) {
  const pathname = usePathname();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const openPalette = useCallback(() => setPalette(true), []);
  const openHelp = useCallback(() => setHelp(true), []);
  useShortcuts({ palette: openPalette, help: openHelp });
  return (
    <div className="flex min-h-dvh">
      <a href="#main" className="fixed top-2 left-2 z-60 -translate-y-16 rounded-md bg-accent px-3 py-1.5 text-accent-fg focus-visible:translate-y-0">
        Skip to the page
      </a>
      <Sidebar workspace={me.workspace} />
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b border-line bg-canvas/90 px-4 backdrop-blur-sm">
          <MobileNav workspace={me.workspace} />
          <Breadcrumbs crumbs={crumbsOf(pathname)} />
          <div className="ml-auto flex items-center gap-1.5">
            <button
              type="button"
              onClick={openPalette}
              aria-label="Go to (Ctrl K)"
              className="flex h-7 items-center gap-2 rounded-md border border-line bg-surface px-2 text-sm text-faint hover:border-line-strong hover:text-muted"
            >
              <Search aria-hidden className="size-3.5" />
              <span className="max-sm:hidden">Go to…</span>
              <span aria-hidden className="flex gap-0.5 max-sm:hidden">
                <Kbd>Ctrl</Kbd>
                <Kbd>K</Kbd>
              </span>
            </button>
            <ThemeMenu initial={theme} />
            <UserMenu me={me} onHelp={openHelp} />
          </div>
        </header>
        <main id="main" tabIndex={-1} className="mx-auto w-full max-w-340 flex-1 px-4 pt-5 pb-16 focus:outline-none sm:px-6">
          {children}
        </main>
      </div>
      <CommandPalette open={palette} onOpenChange={setPalette} />
      <HelpDialog open={help} onOpenChange={setHelp} />
    </div>
  );
}

/** The frame of every signed-in page. */
export function AppShell({ me, theme, children }: { readonly me: MeDto; readonly theme: Theme; readonly children: ReactNode }) {
  return (
    <QueryProvider>
      <ToastProvider>
        <MeProvider me={me}>
          <Frame me={me} theme={theme}>
            {children}
          </Frame>
        </MeProvider>
      </ToastProvider>
    </QueryProvider>
  );
}
