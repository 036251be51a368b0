import type { Metadata } from "next";
import { DeploymentWizard } from "#components/deployments/deployment-wizard";
import { readPage } from "#server/api/page";
import { listDeployments } from "#server/operations/deployments";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string }>;
  readonly searchParams: Promise<{ readonly model?: string }>;
}

export async function generateMetadata({ params }: Pick<RouteProps, "params">): Promise<Metadata> {
  return { title: `New deployment · ${(await params).endpoint}` };
}

export default async function Route({ params, searchParams }: RouteProps) {
  const [{ endpoint }, { model }] = await Promise.all([params, searchParams]);
  const { items } = await readPage((context) => listDeployments(context, { endpoint }));
  return <DeploymentWizard endpoint={endpoint} taken={items.map((item) => item.name)} existing={null} {...(model === undefined ? {} : { model })} />;
}
