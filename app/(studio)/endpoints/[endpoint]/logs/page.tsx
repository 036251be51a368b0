import type { Metadata } from "next";
import { LogsPage } from "#components/logs/logs-page";
import { readPage } from "#server/api/page";
import { getEndpoint } from "#server/operations/endpoints";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | undefined>>>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Logs · ${(await params).endpoint}` };
}

export default async function Route({ params, searchParams }: RouteProps) {
  const [input, search] = await Promise.all([params, searchParams]);
  return <LogsPage initial={await readPage((context) => getEndpoint(context, input))} search={search} />;
}
