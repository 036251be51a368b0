import type { Metadata } from "next";
import { EndpointWizard } from "#components/endpoints/endpoint-wizard";

export const metadata: Metadata = { title: "New endpoint" };

export default function Route() {
  return <EndpointWizard />;
}
