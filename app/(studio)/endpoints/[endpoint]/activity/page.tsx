import type { Metadata } from "next";
import { ActivityList } from "#components/activity/activity-list";
import { readPage } from "#server/api/page";
import { listActivity } from "#server/operations/activity";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Activity · ${(await params).endpoint}` };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  return <ActivityList endpoint={input.endpoint} initial={await readPage((context) => listActivity(context, { endpoint: input.endpoint, limit: 100 }))} />;
}
