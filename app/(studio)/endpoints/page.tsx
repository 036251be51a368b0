import type { Metadata } from "next";
import { EndpointsList } from "#components/endpoints/endpoints-list";
import { readPage } from "#server/api/page";
import { listEndpoints } from "#server/operations/endpoints";

export const metadata: Metadata = { title: "Endpoints" };

export default async function Route() {
  return <EndpointsList initial={await readPage((context) => listEndpoints(context))} />;
}
