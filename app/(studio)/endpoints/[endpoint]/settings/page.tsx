import type { Metadata } from "next";
import { EndpointSettings } from "#components/endpoints/endpoint-settings";
import { readPage } from "#server/api/page";
import { getEndpoint } from "#server/operations/endpoints";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Settings · ${(await params).endpoint}` };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  return <EndpointSettings initial={await readPage((context) => getEndpoint(context, input))} />;
}
