import type { Metadata } from "next";
import { ComputePage } from "#components/compute/compute-page";
import { readPage } from "#server/api/page";
import { listGateways, listHosts, listInstanceTypes } from "#server/operations/compute";
import { getQuota } from "#server/operations/quota";

export const metadata: Metadata = { title: "Compute" };

export default async function Route() {
  const [hosts, types, gateways, quota] = await readPage((context) =>
    Promise.all([listHosts(context), listInstanceTypes(context), listGateways(context), getQuota(context)]),
  );
  return <ComputePage hosts={hosts} types={types} gateways={gateways} quota={quota} />;
}
