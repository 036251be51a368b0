import type { Metadata } from "next";
import { NewEnvironment } from "#components/environments/new-environment";
import { PageHeader } from "#components/ui/page";

export const metadata: Metadata = { title: "New environment" };

interface RouteProps {
  readonly searchParams: Promise<{ readonly name?: string }>;
}

export default async function Route({ searchParams }: RouteProps) {
  const { name = "" } = await searchParams;
  return (
    <>
      <PageHeader title="New environment" description="Image and Python packages, built once and kept." />
      <NewEnvironment name={name} />
    </>
  );
}
