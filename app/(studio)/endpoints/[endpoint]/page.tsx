import type { Metadata } from "next";
import { EndpointOverview } from "#components/endpoints/endpoint-overview";
import { readPage } from "#server/api/page";
import { getEndpoint } from "#server/operations/endpoints";
import { getEndpointSummary } from "#server/operations/telemetry";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: (await params).endpoint };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  const [endpoint, summary] = await Promise.all([
    readPage((context) => getEndpoint(context, input)),
    readPage((context) => getEndpointSummary(context, input).catch(() => null)),
  ]);
  return <EndpointOverview initial={endpoint} initialSummary={summary} />;
}
