import type { Metadata } from "next";
import { ModelPage } from "#components/models/model-page";
import { readPage } from "#server/api/page";
import { listModelVersions } from "#server/operations/models";

interface RouteProps {
  readonly params: Promise<{ readonly name: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: (await params).name };
}

export default async function Route({ params }: RouteProps) {
  const { name } = await params;
  return <ModelPage name={name} initial={await readPage((context) => listModelVersions(context, { name, archived: "false" }))} />;
}
