import type { Metadata } from "next";
import { TestConsole } from "#components/scoring/test-console";
import { readPage } from "#server/api/page";
import { getEndpoint } from "#server/operations/endpoints";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Test · ${(await params).endpoint}` };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  return <TestConsole initial={await readPage((context) => getEndpoint(context, input))} />;
}
