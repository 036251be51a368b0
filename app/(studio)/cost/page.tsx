import type { Metadata } from "next";
import { CostPage } from "#components/cost/cost-page";
import { PageHeader } from "#components/ui/page";

export const metadata: Metadata = { title: "Cost" };

export default function Route() {
  return (
    <>
      <PageHeader title="Cost" />
      <CostPage endpoint={null} />
    </>
  );
}
