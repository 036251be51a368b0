import type { Metadata } from "next";
import { ComputePage } from "#components/compute/compute-page";
import { readPage } from "#server/api/page";
import { listHosts, listInstanceTypes } from "#server/operations/compute";
import { getQuota } from "#server/operations/quota";

export const metadata: Metadata = { title: "Compute" };

export default async function Route() {
  const [hosts, types, quota] = await readPage((context) => Promise.all([listHosts(context), listInstanceTypes(context), getQuota(context)]));
  return <ComputePage hosts={hosts} types={types} quota={quota} />;
}
