import type { Metadata } from "next";
import { ConsumePage } from "#components/scoring/consume-page";
import { readPage } from "#server/api/page";
import { getEndpoint } from "#server/operations/endpoints";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Consume · ${(await params).endpoint}` };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  return <ConsumePage endpoint={await readPage((context) => getEndpoint(context, input))} />;
}
