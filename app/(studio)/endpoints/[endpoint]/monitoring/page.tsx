import type { Metadata } from "next";
import { MonitoringPage } from "#components/monitoring/monitoring-page";
import { readPage } from "#server/api/page";
import { getEndpoint } from "#server/operations/endpoints";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Monitoring · ${(await params).endpoint}` };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  return <MonitoringPage initial={await readPage((context) => getEndpoint(context, input))} />;
}
