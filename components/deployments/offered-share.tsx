import Link from "next/link";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import type { DeploymentDto } from "#server/contract/deployment";

/** The share that its wizard was told of: offered once the deployment can answer, and applied by nobody but the person. */
export function OfferedShare({ deployment, percent }: { readonly deployment: DeploymentDto; readonly percent: number }) {
  const { name, endpoint } = deployment;
  if (percent === 0 || deployment.percent > 0 || deployment.provisioningState === "Deleting" || deployment.provisioningState === "Failed") return null;
  if (!deployment.instances.some((instance) => instance.ready))
    return <Callout tone="info" title={`Once ${name} is ready, the slider with ${percent} % for it is offered here.`} />;
  return (
    <Callout tone="info" title={`${name} is ready and gets no traffic yet.`}>
      <Button size="sm" variant="primary" asChild className="mt-1">
        <Link href={`/endpoints/${endpoint}/traffic?deployment=${encodeURIComponent(name)}&share=${percent}`}>Open the slider with {percent} %</Link>
      </Button>
    </Callout>
  );
}
