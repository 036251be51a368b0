import type { Metadata } from "next";
import { GatewaysPage } from "#components/gateways/gateways-page";
import { readPage } from "#server/api/page";
import { listGateways } from "#server/operations/gateways";

export const metadata: Metadata = { title: "Gateways" };

export default async function Route() {
  return <GatewaysPage initial={await readPage(listGateways)} />;
}
