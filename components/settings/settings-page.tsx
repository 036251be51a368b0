"use client";
import { useState } from "react";
import { PageHeader } from "#components/ui/page";
import { Tabs } from "#components/ui/tabs";
import { AccountSettings } from "./account";
import { CallerProviderSettings } from "./caller-provider";
import { ConnectionSettings } from "./connections";
import { PeopleSettings } from "./people";
import { TokenSettings } from "./tokens";

const tabs = [
  { value: "account", text: "Account", content: <AccountSettings /> },
  { value: "tokens", text: "Access tokens", content: <TokenSettings /> },
  { value: "connections", text: "Connections", content: <ConnectionSettings /> },
  { value: "callers", text: "Callers", content: <CallerProviderSettings /> },
  { value: "people", text: "People", content: <PeopleSettings /> },
];

/** Account, tokens, connections, callers, people. The open tab is part of the address, so that other pages can point at it. */
export function SettingsPage({ tab }: { readonly tab: string }) {
  const [open, setOpen] = useState(tabs.find((item) => item.value === tab)?.value ?? "account");
  const show = (value: string) => {
    setOpen(value);
    window.history.replaceState(null, "", `/settings?tab=${value}`);
  };
  return (
    <>
      <PageHeader title="Settings" />
      <Tabs label="Settings" value={open} onValueChange={show} tabs={tabs} />
    </>
  );
}
