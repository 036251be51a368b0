import type { Metadata } from "next";
import { ClientKeysPage } from "#components/client-keys/client-keys-page";
import { readPage } from "#server/api/page";
import { listClientKeys } from "#server/operations/client-keys";
import { getEndpoint } from "#server/operations/endpoints";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Keys · ${(await params).endpoint}` };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  const [endpoint, keys] = await readPage((context) => Promise.all([getEndpoint(context, input), listClientKeys(context, input)]));
  return <ClientKeysPage endpoint={endpoint.name} scoringUri={endpoint.scoringUri} inUse={endpoint.authMode === "key"} initial={keys} />;
}
