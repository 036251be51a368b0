"use client";
import { Card, Section } from "#components/ui/page";
import { DeployDot } from "#components/ui/badge";
import { EmptyState } from "#components/ui/empty-state";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import type { CostReport } from "#server/contract/monitoring";
import { RangePicker, useRange } from "#components/monitoring/range-picker";
import { useCost } from "../queries/use-cost";
import { formatCount, formatDuration, formatMoney } from "../ui/format";
import { CostChart } from "./cost-chart";

interface CostPageProps {
  /** Null for the whole workspace. */
  readonly endpoint: string | null;
}

function Tile({ name, value, note }: { readonly name: string; readonly value: string; readonly note: string }) {
  return (
    <Card className="flex flex-col gap-1">
      <span className="text-muted">{name}</span>
      <span className="text-2xl font-semibold tabular-nums">{value}</span>
      <span className="text-sm text-faint">{note}</span>
    </Card>
  );
}

function Lines({ report, named }: { readonly report: CostReport; readonly named: boolean }) {
  const money = (value: number | null) => formatMoney(value, report.currency);
  return (
    <Table label="Cost by deployment">
      <TableHead>
        <Tr>
          <Th>Deployment</Th>
          <Th>Instance type</Th>
          <Th numeric>Instance time</Th>
          <Th numeric>Requests</Th>
          <Th numeric>Compute</Th>
          <Th numeric>Network</Th>
          <Th numeric>Per 1,000 requests</Th>
        </Tr>
      </TableHead>
      <TableBody>
        {report.deployments.map((line) => (
          <Tr key={`${line.endpoint}/${line.deployment}/${line.instanceType}`}>
            <Td>
              <span className="flex items-center gap-2">
                <DeployDot color={line.color} />
                {named ? `${line.endpoint} / ` : ""}
                {line.deployment}
              </span>
            </Td>
            <Td>{line.instanceType}</Td>
            <Td numeric>{formatDuration(line.instanceSeconds * 1000)}</Td>
            <Td numeric>{formatCount(line.requests)}</Td>
            <Td numeric>{money(line.compute)}</Td>
            <Td numeric>{money(line.network)}</Td>
            <Td numeric>{money(line.perThousandRequests)}</Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}

/** What instances and network cost, by day and by deployment, and what a thousand requests cost. */
export function CostPage({ endpoint }: CostPageProps) {
  const range = useRange("7d");
  const { data: report } = useCost({ ...(endpoint === null ? {} : { endpoint }), from: range.window.from, to: range.window.to });
  const money = (value: number | null | undefined) => (report === undefined ? formatMoney(null, "USD") : formatMoney(value, report.currency));
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-muted">Instance type price × seconds that instances ran, plus bytes sent. The running hour is included.</p>
        <RangePicker range={range} fallback="7d" />
      </div>
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-3">
        <Tile name="Total" value={money(report?.total)} note={`compute ${money(report?.compute)} · network ${money(report?.network)}`} />
        <Tile name="Per 1,000 requests" value={money(report?.perThousandRequests)} note="compute and network over answered requests" />
        <Tile name="Requests" value={formatCount(report?.deployments.reduce((sum, line) => sum + line.requests, 0))} note="in this time" />
      </div>
      {report === undefined ? null : report.deployments.length === 0 ? (
        <EmptyState title="Nothing was charged in this time" sentence="Cost begins when an instance starts." />
      ) : (
        <>
          <Section title="By day">
            <CostChart report={report} />
          </Section>
          <Section title="By deployment">
            <Lines report={report} named={endpoint === null} />
          </Section>
        </>
      )}
    </div>
  );
}
