import type { ReactNode } from "react";
import { EndpointHeader } from "#components/endpoints/endpoint-header";
import { readPage } from "#server/api/page";
import { getEndpoint } from "#server/operations/endpoints";

interface LayoutProps {
  readonly params: Promise<{ readonly endpoint: string }>;
  readonly children: ReactNode;
}

export default async function EndpointLayout({ params, children }: LayoutProps) {
  const input = await params;
  return (
    <>
      <EndpointHeader initial={await readPage((context) => getEndpoint(context, input))} />
      {children}
    </>
  );
}
