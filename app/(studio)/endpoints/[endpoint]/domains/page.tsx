import type { Metadata } from "next";
import { DomainsPage } from "#components/domains/domains-page";
import { readPage } from "#server/api/page";
import { listDomains } from "#server/operations/endpoint-domains";
import { getEndpoint } from "#server/operations/endpoints";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Domains · ${(await params).endpoint}` };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  const [endpoint, domains] = await readPage((context) => Promise.all([getEndpoint(context, input), listDomains(context, input)]));
  return <DomainsPage endpoint={endpoint.name} scoringUri={endpoint.scoringUri} initial={domains} />;
}
