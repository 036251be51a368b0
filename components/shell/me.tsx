"use client";
import { createContext, use, type ReactNode } from "react";
import type { MeDto, Role } from "#server/contract/access";
import { formatMoney } from "../ui/format";

const MeContext = createContext<MeDto | null>(null);
const ranks: Record<Role, number> = { reader: 0, contributor: 1, owner: 2 };

export function MeProvider({ me, children }: { readonly me: MeDto; readonly children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>;
}

/** Who is signed in; only inside the studio's frame. */
export function useMe(): MeDto {
  const me = use(MeContext);
  if (me === null) throw new Error("useMe needs the studio's frame.");
  return me;
}

/** Writes money in the installation's currency. */
export function useMoney(): (value: number | null | undefined) => string {
  const { currency } = useMe();
  return (value) => formatMoney(value, currency);
}

/** Whether the signed-in person has at least this role. Only hides what would be refused: the server decides. */
export function useCan(role: Role): boolean {
  return ranks[useMe().role] >= ranks[role];
}
