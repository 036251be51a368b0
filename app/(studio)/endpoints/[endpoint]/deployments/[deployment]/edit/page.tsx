import type { Metadata } from "next";
import { DeploymentWizard } from "#components/deployments/deployment-wizard";
import { readPage } from "#server/api/page";
import { getDeployment } from "#server/operations/deployments";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string; readonly deployment: string }>;
}

export async function generateMetadata({ params }: RouteProps): Promise<Metadata> {
  return { title: `Change ${(await params).deployment}` };
}

export default async function Route({ params }: RouteProps) {
  const input = await params;
  const existing = await readPage((context) => getDeployment(context, input));
  return <DeploymentWizard endpoint={input.endpoint} taken={[]} existing={existing} />;
}
