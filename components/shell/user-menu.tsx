"use client";
import { Keyboard, LogOut, UserRound } from "lucide-react";
import { signOut } from "next-auth/react";
import { Dropdown, DropdownItem, DropdownLabel, DropdownSeparator } from "#components/ui/dropdown";
import type { MeDto } from "#server/contract/access";

function initials(name: string): string {
  const letters = name
    .split(/\s+/)
    .map((word) => word[0] ?? "")
    .join("");
  return (letters === "" ? "?" : letters).slice(0, 2).toUpperCase();
}

/** Who is signed in, and the way out. */
export function UserMenu({ me, onHelp }: { readonly me: MeDto; readonly onHelp: () => void }) {
  return (
    <Dropdown
      trigger={
        <button
          type="button"
          aria-label={`Account of ${me.name}`}
          className="flex size-7 items-center justify-center rounded-full bg-accent-soft text-xs font-semibold text-accent hover:ring-1 hover:ring-accent"
        >
          {initials(me.name)}
        </button>
      }
    >
      <DropdownLabel>
        <span className="block font-medium text-text">{me.name}</span>
        {me.email} · {me.role}
      </DropdownLabel>
      <DropdownSeparator />
      <DropdownItem href="/settings">
        <UserRound aria-hidden />
        Account
      </DropdownItem>
      <DropdownItem onSelect={onHelp}>
        <Keyboard aria-hidden />
        Keyboard shortcuts
      </DropdownItem>
      <DropdownSeparator />
      <DropdownItem onSelect={() => void signOut({ callbackUrl: "/sign-in" })}>
        <LogOut aria-hidden />
        Sign out
      </DropdownItem>
    </Dropdown>
  );
}
