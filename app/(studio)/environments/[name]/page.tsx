import type { Metadata } from "next";
import { EnvironmentPage } from "#components/environments/environment-page";
import { readPage } from "#server/api/page";
import { listEnvironmentVersions } from "#server/operations/environments";

interface RouteProps {
  readonly params: Promise<{ readonly name: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: (await params).name };
}

export default async function Route({ params }: RouteProps) {
  const { name } = await params;
  return <EnvironmentPage name={name} initial={await readPage((context) => listEnvironmentVersions(context, { name, archived: "false" }))} />;
}
