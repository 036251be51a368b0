import type { Metadata } from "next";
import { MirrorPage } from "#components/mirror/mirror-page";
import { readPage } from "#server/api/page";
import { getEndpoint } from "#server/operations/endpoints";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Mirror · ${(await params).endpoint}` };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  const { endpoint, open } = await readPage(async (context) => ({
    endpoint: await getEndpoint(context, input),
    open: context.settings.mirrorPolicy === "open",
  }));
  return <MirrorPage initial={endpoint} open={open} />;
}
