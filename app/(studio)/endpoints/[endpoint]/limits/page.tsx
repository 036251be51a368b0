import type { Metadata } from "next";
import { LimitsPage } from "#components/limits/limits-page";
import { readPage } from "#server/api/page";
import { getLimits } from "#server/operations/limits";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Limits · ${(await params).endpoint}` };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  const initial = await readPage((context) => getLimits(context, input));
  return <LimitsPage endpoint={input.endpoint} initial={initial} />;
}
