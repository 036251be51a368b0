import type { Metadata } from "next";
import { TrafficEditor } from "#components/traffic/traffic-editor";
import { readPage } from "#server/api/page";
import { getEndpoint } from "#server/operations/endpoints";
import { listTrafficChanges } from "#server/operations/update-traffic";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Traffic · ${(await params).endpoint}` };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  const [endpoint, changes] = await readPage((context) => Promise.all([getEndpoint(context, input), listTrafficChanges(context, input)]));
  return <TrafficEditor initial={endpoint} initialChanges={changes} />;
}
