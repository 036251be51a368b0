import type { Metadata } from "next";
import { DeploymentsList } from "#components/deployments/deployments-list";
import { readPage } from "#server/api/page";
import { listDeployments } from "#server/operations/deployments";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Deployments · ${(await params).endpoint}` };
}

export default async function Route({ params }: RouteProps) {
  const { endpoint } = await params;
  return <DeploymentsList endpoint={endpoint} initial={await readPage((context) => listDeployments(context, { endpoint }))} />;
}
