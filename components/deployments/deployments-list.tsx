"use client";
import { Plus } from "lucide-react";
import Link from "next/link";
import { useCan, useMoney } from "#components/shell/me";
import { DeployDot, StateBadge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { EmptyState } from "#components/ui/empty-state";
import { Section } from "#components/ui/page";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import type { Page } from "#server/contract/common";
import type { DeploymentDto } from "#server/contract/deployment";
import { useDeployments } from "../queries/use-deployments";
import { formatPercent } from "../ui/format";

function ref(asset: { readonly name: string; readonly version: number } | null): string {
  return asset === null ? "–" : `${asset.name}:${asset.version}`;
}

function Row({ deployment }: { readonly deployment: DeploymentDto }) {
  const money = useMoney();
  const ready = deployment.instances.filter((instance) => instance.ready).length;
  const step = deployment.steps.find((item) => item.state === "running" || item.state === "failed");
  return (
    <Tr>
      <Td>
        <Link
          href={`/endpoints/${deployment.endpoint}/deployments/${deployment.name}`}
          className="inline-flex items-center gap-2 font-medium hover:text-accent"
        >
          <DeployDot color={deployment.color} />
          {deployment.name}
        </Link>
      </Td>
      <Td>
        <StateBadge state={deployment.provisioningState === "Succeeded" && ready === 0 ? "Not ready" : deployment.provisioningState} />
      </Td>
      <Td className="max-w-72 truncate text-muted">{step?.title ?? "Settled"}</Td>
      <Td numeric>{formatPercent(deployment.percent)}</Td>
      <Td numeric>
        {ready}/{deployment.instanceCount}
      </Td>
      <Td className="mono text-muted">{deployment.instanceType}</Td>
      <Td className="mono text-muted">{ref(deployment.model)}</Td>
      <Td className="mono text-muted">{ref(deployment.environment)}</Td>
      <Td numeric>{money(deployment.pricePerHour)}</Td>
      <Td numeric className="text-muted">
        <Time at={deployment.updatedAt} />
      </Td>
    </Tr>
  );
}

/** The deployments of one endpoint. */
export function DeploymentsList({ endpoint, initial }: { readonly endpoint: string; readonly initial: Page<DeploymentDto> }) {
  const { data = initial } = useDeployments(endpoint, initial);
  const create = useCan("contributor") ? (
    <Button asChild size="sm" variant="primary">
      <Link href={`/endpoints/${endpoint}/deployments/new`}>
        <Plus aria-hidden />
        New deployment
      </Link>
    </Button>
  ) : undefined;
  if (data.items.length === 0)
    return (
      <EmptyState
        title="No deployment yet"
        sentence="A deployment is a model with its code, environment and machines."
        action={create}
        command={`curl -H "authorization: Bearer $SLUICE_TOKEN" "$SLUICE_STUDIO/api/v1/endpoints/${endpoint}/deployments"`}
      />
    );
  return (
    <Section title="Deployments" actions={create}>
      <Table label="Deployments">
        <TableHead>
          <tr>
            <Th>Name</Th>
            <Th>State</Th>
            <Th>Step</Th>
            <Th numeric>Share</Th>
            <Th numeric>Instances</Th>
            <Th>Instance type</Th>
            <Th>Model</Th>
            <Th>Environment</Th>
            <Th numeric>Cost/h</Th>
            <Th numeric>Changed</Th>
          </tr>
        </TableHead>
        <TableBody>
          {data.items.map((deployment) => (
            <Row key={deployment.id} deployment={deployment} />
          ))}
        </TableBody>
      </Table>
    </Section>
  );
}
