"use client";
import Link from "next/link";
import { Badge, StateBadge } from "#components/ui/badge";
import { Callout } from "#components/ui/callout";
import { Card, PageHeader, Section } from "#components/ui/page";
import { Progress } from "#components/ui/progress";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import type { Page } from "#server/contract/common";
import type { HostDto, InstanceTypeDto, QuotaDto } from "#server/contract/compute";
import { useHosts, useInstanceTypes } from "../queries/use-compute";
import { PriceCell } from "./price-cell";
import { QuotaCard } from "./quota-card";
import { formatCores, formatMib, formatPercent, plural } from "../ui/format";

const fullShare = 0.9;

function Capacity({
  name,
  used,
  total,
  format,
  note,
}: {
  readonly name: string;
  readonly used: number;
  readonly total: number;
  readonly format: (value: number) => string;
  readonly note: string;
}) {
  const share = total === 0 ? 0 : used / total;
  return (
    <div className="min-w-0">
      <div className="flex items-baseline justify-between gap-2 pb-1">
        <span className="font-medium">{name}</span>
        <span className="num text-muted">
          {format(used)} of {format(total)} reserved · {formatPercent(share * 100)}
        </span>
      </div>
      <Progress label={`${name} reserved`} value={share} tone={share >= fullShare ? "warn" : "accent"} className="h-2" />
      <p className="num pt-1 text-sm text-faint">{note}</p>
    </div>
  );
}

function HostCard({ host }: { readonly host: HostDto }) {
  return (
    <Card className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="text-md font-semibold">{host.name}</h3>
        <StateBadge state={host.state} />
        <span className="text-muted">
          {host.driver === "docker" ? `Docker ${host.engineVersion}` : "simulated"} · seen <Time at={host.lastSeenAt} />
        </span>
      </div>
      <div className="grid gap-4 md:grid-cols-2">
        <Capacity
          name="CPU"
          used={host.cpuReserved}
          total={host.cpuCores * host.cpuOvercommit}
          format={formatCores}
          note={`${formatCores(host.cpuCores)} in the machine, overcommit ×${host.cpuOvercommit}`}
        />
        <Capacity
          name="Memory"
          used={host.memoryReservedMib}
          total={host.memoryMib * host.memoryOvercommit}
          format={formatMib}
          note={`${formatMib(host.memoryMib)} in the machine, overcommit ×${host.memoryOvercommit}`}
        />
      </div>
      {host.trials.count === 0 ? null : (
        <p className="num text-sm text-muted">
          {plural(host.trials.count, "container")} on trial {host.trials.count === 1 ? "holds" : "hold"} {formatCores(host.trials.cpuCores)} and{" "}
          {formatMib(host.trials.memoryMib)} of it.
        </p>
      )}
      {host.instances.length === 0 ? (
        <p className="text-muted">Nothing runs here.</p>
      ) : (
        <Table label={`Instances on ${host.name}`}>
          <TableHead>
            <tr>
              <Th>Deployment</Th>
              <Th>Instance</Th>
              <Th>State</Th>
              <Th>Instance type</Th>
              <Th numeric>CPU</Th>
              <Th numeric>Memory</Th>
            </tr>
          </TableHead>
          <TableBody>
            {host.instances.map((instance) => (
              <Tr key={instance.id}>
                <Td>
                  <Link className="font-medium hover:text-accent" href={`/endpoints/${instance.endpoint}/deployments/${instance.deployment}`}>
                    {instance.endpoint}/{instance.deployment}
                  </Link>
                </Td>
                <Td className="mono text-muted" title={instance.id}>
                  {instance.id.slice(-8)}
                </Td>
                <Td>
                  <StateBadge
                    state={instance.state === "Running" && !instance.ready ? "Not ready" : instance.state}
                    {...(instance.ready ? { word: "Ready" } : {})}
                  />
                </Td>
                <Td className="mono text-muted">{instance.instanceType}</Td>
                <Td numeric>{formatCores(instance.cpuCores)}</Td>
                <Td numeric>{formatMib(instance.memoryMib)}</Td>
              </Tr>
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  );
}

function InstanceTypes({ types }: { readonly types: readonly InstanceTypeDto[] }) {
  return (
    <Table label="Instance types">
      <TableHead>
        <tr>
          <Th>Name</Th>
          <Th>Family</Th>
          <Th numeric>CPU</Th>
          <Th numeric>Memory</Th>
          <Th numeric>GPU</Th>
          <Th numeric>Per hour</Th>
          <Th numeric>Fit now</Th>
          <Th>Remark</Th>
        </tr>
      </TableHead>
      <TableBody>
        {types.map((type) => (
          <Tr key={type.name}>
            <Td className="mono font-medium">{type.name}</Td>
            <Td className="text-muted">{type.family}</Td>
            <Td numeric>{formatCores(type.cpuCores)}</Td>
            <Td numeric>{formatMib(type.memoryMib)}</Td>
            <Td numeric>{type.gpuCount === 0 ? "–" : type.gpuCount}</Td>
            <Td numeric>
              <PriceCell type={type} />
            </Td>
            <Td numeric className={type.fits === 0 ? "text-bad" : undefined}>
              {type.fits}
            </Td>
            <Td className="min-w-72 py-2 whitespace-normal text-muted">
              {type.capped ? (
                <Badge tone="warn" className="mr-2">
                  capped to {formatCores(type.effectiveCpuCores)}
                </Badge>
              ) : null}
              {type.fits === 0 ? type.reason : null}
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}

interface ComputePageProps {
  readonly hosts: Page<HostDto>;
  readonly types: Page<InstanceTypeDto>;
  readonly quota: QuotaDto;
}

/** The machines: what they hold, what runs on them, and what still fits. */
export function ComputePage(initial: ComputePageProps) {
  const { data: hosts = initial.hosts } = useHosts(initial.hosts);
  const { data: types = initial.types } = useInstanceTypes(initial.types);
  return (
    <>
      <PageHeader
        title="Compute"
        description={`${plural(hosts.items.length, "host")}, ${plural(
          hosts.items.reduce((sum, host) => sum + host.instances.length, 0),
          "instance",
        )}.`}
      />
      <div className="flex flex-col gap-6">
        <Section title="Hosts">
          {hosts.items.map((host) => (
            <HostCard key={host.id} host={host} />
          ))}
          {hosts.items.length === 0 ? (
            <Callout
              tone="warn"
              title="No host has reported"
              hint="The control plane registers the local engine when it starts. `npm run status` shows whether it runs."
            />
          ) : null}
        </Section>
        <Section title="Quota">
          <QuotaCard initial={initial.quota} />
        </Section>
        <Section title="Instance types">
          <InstanceTypes types={types.items} />
        </Section>
      </div>
    </>
  );
}
