import type { Metadata } from "next";
import { ActivityList } from "#components/activity/activity-list";
import { readPage } from "#server/api/page";
import { listActivity } from "#server/operations/activity";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export async function generateMetadata({ params }: Pick<RouteProps, "params">): Promise<Metadata> {
  return { title: `Activity · ${(await params).endpoint}` };
}

/** Milliseconds; anything else means the newest entries. */
const timeOf = (text: string | string[] | undefined): number | null => (typeof text === "string" && /^\d{1,15}$/.test(text) ? Number(text) : null);

export default async function Route({ params, searchParams }: RouteProps) {
  const [{ endpoint }, search] = await Promise.all([params, searchParams]);
  const before = timeOf(search["before"]);
  const page = await readPage((context) => listActivity(context, { endpoint, limit: 100, ...(before === null ? {} : { before }) }));
  return <ActivityList key={before} endpoint={endpoint} before={before} initial={page} />;
}
