import type { Metadata } from "next";
import { DeploymentPage } from "#components/deployments/deployment-page";
import { readPage } from "#server/api/page";
import { getDeployment } from "#server/operations/deployments";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string; readonly deployment: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `${(await params).deployment} · ${(await params).endpoint}` };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  return <DeploymentPage initial={await readPage((context) => getDeployment(context, input))} />;
}
