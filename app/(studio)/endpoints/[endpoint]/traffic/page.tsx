import type { Metadata } from "next";
import { TrafficEditor } from "#components/traffic/traffic-editor";
import { readPage } from "#server/api/page";
import { getEndpoint } from "#server/operations/endpoints";
import { listTrafficChanges } from "#server/operations/update-traffic";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export async function generateMetadata({ params }: Pick<RouteProps, "params">): Promise<Metadata> {
  return { title: `Traffic · ${(await params).endpoint}` };
}

export default async function Route({ params, searchParams }: RouteProps) {
  const [input, search] = await Promise.all([params, searchParams]);
  const { endpoint, changes, step } = await readPage(async (context) => {
    const [found, splits] = await Promise.all([getEndpoint(context, input), listTrafficChanges(context, input)]);
    return { endpoint: found, changes: splits, step: context.settings.trafficStep };
  });
  const { deployment, share } = search;
  const offer = typeof deployment === "string" && typeof share === "string" ? { deployment, share } : null;
  return <TrafficEditor initial={endpoint} initialChanges={changes} offer={offer} step={step} />;
}
