import type { Metadata } from "next";
import { CostPage } from "#components/cost/cost-page";
import { readPage } from "#server/api/page";
import { getEndpoint } from "#server/operations/endpoints";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Cost · ${(await params).endpoint}` };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  const { name } = await readPage((context) => getEndpoint(context, input));
  return <CostPage endpoint={name} />;
}
