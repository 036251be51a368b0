"use client";
import { PageHeader } from "#components/ui/page";
import { Tabs } from "#components/ui/tabs";
import { AccountSettings } from "./account";
import { PeopleSettings } from "./people";
import { TokenSettings } from "./tokens";

/** Account, tokens, people. */
export function SettingsPage() {
  return (
    <>
      <PageHeader title="Settings" />
      <Tabs
        label="Settings"
        tabs={[
          { value: "account", text: "Account", content: <AccountSettings /> },
          { value: "tokens", text: "Access tokens", content: <TokenSettings /> },
          { value: "people", text: "People", content: <PeopleSettings /> },
        ]}
      />
    </>
  );
}
