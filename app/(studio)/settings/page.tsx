import type { Metadata } from "next";
import { SettingsPage } from "#components/settings/settings-page";

export const metadata: Metadata = { title: "Settings" };

interface RouteProps {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function Route({ searchParams }: RouteProps) {
  const { tab } = await searchParams;
  return <SettingsPage tab={typeof tab === "string" ? tab : ""} />;
}
