import type { Metadata } from "next";
import { RegisterModel } from "#components/models/register-model";
import { PageHeader } from "#components/ui/page";

export const metadata: Metadata = { title: "Register a model" };

interface RouteProps {
  readonly searchParams: Promise<{ readonly name?: string }>;
}

export default async function Route({ searchParams }: RouteProps) {
  const { name = "" } = await searchParams;
  return (
    <>
      <PageHeader title="Register a model" description="A file, a folder or an archive becomes a version that deployments can load." />
      <RegisterModel name={name} />
    </>
  );
}
