import type { Metadata } from "next";
import { DeploymentPage } from "#components/deployments/deployment-page";
import { readPage } from "#server/api/page";
import { getDeployment } from "#server/operations/deployments";

interface RouteProps {
  readonly params: Promise<{ readonly endpoint: string; readonly deployment: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export async function generateMetadata({ params }: Pick<RouteProps, "params">): Promise<Metadata> {
  return { title: `${(await params).deployment} · ${(await params).endpoint}` };
}

export default async function Route({ params, searchParams }: RouteProps) {
  const [input, { share }] = await Promise.all([params, searchParams]);
  const initial = await readPage((context) => getDeployment(context, input));
  return <DeploymentPage initial={initial} offered={typeof share === "string" ? share : ""} />;
}
