import type { Metadata } from "next";
import { EndpointWizard } from "#components/endpoints/endpoint-wizard";
import { PageHeader } from "#components/ui/page";

export const metadata: Metadata = { title: "New endpoint" };

export default function Route() {
  return (
    <>
      <PageHeader title="New endpoint" description="An address that stays while the models behind it change." />
      <EndpointWizard />
    </>
  );
}
