import type { Metadata } from "next";
import { RegisterCode } from "#components/codes/register-code";
import { PageHeader } from "#components/ui/page";

export const metadata: Metadata = { title: "Register code" };

interface RouteProps {
  readonly searchParams: Promise<{ readonly name?: string }>;
}

export default async function Route({ searchParams }: RouteProps) {
  const { name = "" } = await searchParams;
  return (
    <>
      <PageHeader title="Register code" description="A folder with scoring scripts, or with what an image is built from." />
      <RegisterCode name={name} />
    </>
  );
}
