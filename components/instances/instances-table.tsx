"use client";
import Link from "next/link";
import { StateBadge } from "#components/ui/badge";
import { CopyButton } from "#components/ui/copy-button";
import { Progress } from "#components/ui/progress";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import type { InstanceDto } from "#server/contract/deployment";
import { formatBytes, formatCores, formatCount } from "../ui/format";

// From here on the limit is near enough to be worth a colour.
const tightShare = 0.9;

function Usage({ label, used, limit, text }: { readonly label: string; readonly used: number | null; readonly limit: number; readonly text: string }) {
  const share = used === null || limit === 0 ? 0 : used / limit;
  return (
    <span className="flex flex-col items-end gap-1">
      <span className="num">{text}</span>
      {used === null ? null : <Progress label={label} value={share} tone={share >= tightShare ? "warn" : "accent"} className="h-1 w-20" />}
    </span>
  );
}

function word(instance: InstanceDto): string {
  return instance.state === "Running" && !instance.ready ? "Not ready" : instance.state;
}

function InstanceRow({ instance, endpoint, deployment }: { readonly instance: InstanceDto; readonly endpoint: string; readonly deployment: string }) {
  const short = instance.id.slice(-8);
  return (
    <>
      <Tr>
        <Td className="num">{instance.slot}</Td>
        <Td>
          <span className="mono inline-flex items-center gap-1" title={instance.id}>
            {short}
            <CopyButton value={instance.id} label={`Copy the id of instance ${short}`} />
          </span>
        </Td>
        <Td>
          <StateBadge state={word(instance)} {...(instance.ready ? { word: "Ready" } : {})} />
        </Td>
        <Td className="text-muted">{instance.host}</Td>
        <Td className="mono text-muted">{instance.address ?? "–"}</Td>
        <Td numeric>
          <Usage
            label={`CPU of ${short}`}
            used={instance.cpuCores}
            limit={instance.cpuLimitCores}
            text={instance.cpuCores === null ? "–" : `${instance.cpuCores.toFixed(2)} / ${formatCores(instance.cpuLimitCores)}`}
          />
        </Td>
        <Td numeric>
          <Usage
            label={`Memory of ${short}`}
            used={instance.memoryBytes}
            limit={instance.memoryLimitBytes}
            text={instance.memoryBytes === null ? "–" : `${formatBytes(instance.memoryBytes)} / ${formatBytes(instance.memoryLimitBytes)}`}
          />
        </Td>
        <Td numeric>{formatCount(instance.inFlight)}</Td>
        <Td numeric>{formatCount(instance.restarts)}</Td>
        <Td className="text-muted">
          {instance.lastProbe === null ? (
            "–"
          ) : (
            <span title={instance.lastProbe.message} className={instance.lastProbe.ok ? undefined : "text-bad"}>
              {instance.lastProbe.ok ? "passed" : "failed"} <Time at={instance.lastProbe.at} />
            </span>
          )}
        </Td>
        <Td numeric className="text-muted">
          <Time at={instance.createdAt} />
        </Td>
        <Td>
          <Link
            className="text-accent hover:underline"
            href={`/endpoints/${endpoint}/logs?deployment=${encodeURIComponent(deployment)}&instance=${encodeURIComponent(instance.id)}`}
          >
            Logs<span className="sr-only"> of instance {short}</span>
          </Link>
        </Td>
      </Tr>
      {instance.message === null || instance.ready ? null : (
        <tr className="bg-bad-soft/50">
          <td colSpan={12} className="px-3 py-2">
            {instance.reason === null ? null : (
              <code className="mr-2 text-sm text-bad">
                {instance.reason}
                {instance.exitCode === null ? "" : ` (exit ${instance.exitCode})`}
              </code>
            )}
            {instance.message}
            {instance.hint === null ? null : (
              <>
                {" "}
                <span className="font-medium">What to do:</span> {instance.hint}
              </>
            )}
          </td>
        </tr>
      )}
    </>
  );
}

/** Each instance with where it runs, what it uses and what its last probe said. */
export function InstancesTable({
  instances,
  endpoint,
  deployment,
}: {
  readonly instances: readonly InstanceDto[];
  readonly endpoint: string;
  readonly deployment: string;
}) {
  return (
    <Table label="Instances">
      <TableHead>
        <tr>
          <Th>Slot</Th>
          <Th>Instance</Th>
          <Th>State</Th>
          <Th>Host</Th>
          <Th>Address</Th>
          <Th numeric>CPU</Th>
          <Th numeric>Memory</Th>
          <Th numeric>In flight</Th>
          <Th numeric>Restarts</Th>
          <Th>Last probe</Th>
          <Th numeric>Made</Th>
          <Th>
            <span className="sr-only">Log</span>
          </Th>
        </tr>
      </TableHead>
      <TableBody>
        {instances.map((instance) => (
          <InstanceRow key={instance.id} instance={instance} endpoint={endpoint} deployment={deployment} />
        ))}
        {instances.length === 0 ? (
          <tr>
            <td colSpan={12} className="px-3 py-6 text-center text-muted">
              No instance yet: they are made once image and model are there.
            </td>
          </tr>
        ) : null}
      </TableBody>
    </Table>
  );
}
