"use client";
import Link from "next/link";
import { useMoney } from "#components/shell/me";
import { DeployDot, StateBadge } from "#components/ui/badge";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import type { EndpointDto } from "#server/contract/endpoint";
import type { EndpointSummaryDto } from "#server/contract/monitoring";
import { formatBytes, formatCores, formatMs, formatPercent, formatRate } from "../ui/format";

type Summary = EndpointDto["deployments"][number];

/** State of a deployment as its summary tells it: settled without a ready instance is not ready. */
export function deploymentWord(deployment: Pick<Summary, "provisioningState" | "instancesReady">): string {
  return deployment.provisioningState === "Succeeded" && deployment.instancesReady === 0 ? "Not ready" : deployment.provisioningState;
}

/** A row per deployment: what it is, what it gets, how it does. */
export function DeploymentRows({ endpoint, summary }: { readonly endpoint: EndpointDto; readonly summary: EndpointSummaryDto | undefined }) {
  const money = useMoney();
  const figures = new Map(summary?.deployments.map((item) => [item.name, item]));
  return (
    <Table label="Deployments">
      <TableHead>
        <tr>
          <Th>Deployment</Th>
          <Th>State</Th>
          <Th numeric>Instances</Th>
          <Th>Model</Th>
          <Th>Environment</Th>
          <Th numeric>Share</Th>
          <Th numeric>Requests/min</Th>
          <Th numeric>p95</Th>
          <Th numeric>Errors</Th>
          <Th numeric>CPU</Th>
          <Th numeric>Memory</Th>
          <Th numeric>Cost/h</Th>
        </tr>
      </TableHead>
      <TableBody>
        {endpoint.deployments.map((item) => {
          const figure = figures.get(item.name);
          return (
            <Tr key={item.id}>
              <Td>
                <Link href={`/endpoints/${endpoint.name}/deployments/${item.name}`} className="inline-flex items-center gap-2 font-medium hover:text-accent">
                  <DeployDot color={item.color} />
                  {item.name}
                </Link>
              </Td>
              <Td>
                <span title={item.problem ?? undefined}>
                  <StateBadge state={deploymentWord(item)} />
                </span>
              </Td>
              <Td numeric className={item.instancesReady < item.instancesDesired ? "text-warn" : undefined}>
                {item.instancesReady}/{item.instancesDesired}
              </Td>
              <Td className="mono max-w-44 truncate text-muted">{item.model ?? "in the image"}</Td>
              <Td className="mono max-w-44 truncate text-muted">{item.environment}</Td>
              <Td numeric>{formatPercent(item.percent)}</Td>
              <Td numeric>{figure === undefined ? "–" : figure.requestsPerMinute.toFixed(1)}</Td>
              <Td numeric>{formatMs(figure?.p95Ms)}</Td>
              <Td numeric className={(figure?.errorRate ?? 0) >= 0.01 ? "text-bad" : undefined}>
                {formatRate(figure?.errorRate)}
              </Td>
              <Td numeric>{formatCores(figure?.cpuCores)}</Td>
              <Td numeric>{formatBytes(figure?.memoryBytes)}</Td>
              <Td numeric>{money(figure?.costPerHour)}</Td>
            </Tr>
          );
        })}
      </TableBody>
    </Table>
  );
}
