"use client";
import { useState } from "react";
import { RangePicker, useRange } from "#components/monitoring/range-picker";
import { useCan } from "#components/shell/me";
import { ErrorCallout } from "#components/ui/callout";
import { EmptyState } from "#components/ui/empty-state";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/input";
import { Section } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import type { EndpointDto } from "#server/contract/endpoint";
import { toProblem } from "../queries/fetcher";
import { useEndpoint } from "../queries/use-endpoints";
import { useMirrorReport } from "../queries/use-mirror";
import { Disagreements } from "./disagreements";
import { MirrorPanel } from "./mirror-panel";
import { PairCard } from "./pair-card";

interface MirrorPageProps {
  readonly initial: EndpointDto;
  /** More than Azure's rules are allowed. */
  readonly open: boolean;
}

/** Copies of calls to a candidate, and how its answers compare with those that the callers got. */
export function MirrorPage({ initial, open }: MirrorPageProps) {
  const { data: endpoint = initial } = useEndpoint(initial.name, initial);
  const range = useRange("1h");
  const [shadow, setShadow] = useState("");
  const mayRead = useCan("contributor");
  const { from, to } = range.window;
  const query = useMirrorReport(endpoint.name, { from, to, ...(shadow === "" ? {} : { shadow }) }, range.choice.kind === "live");
  const report = query.data;
  const colors = Object.fromEntries(endpoint.deployments.map((deployment) => [deployment.name, deployment.color]));
  const shadows = [...new Set(report?.pairs.map((pair) => pair.shadow) ?? [])];
  return (
    <div className="flex flex-col gap-6">
      <Section title="Mirror">
        <p className="text-muted">
          Calls are copied to a shadow after they came in. Callers get the answers that they would have got anyway, and never wait for the shadow.
        </p>
        <MirrorPanel endpoint={endpoint} open={open} />
      </Section>
      <Section title="Comparison" actions={<RangePicker range={range} fallback="1h" />}>
        {query.error === null ? null : <ErrorCallout error={toProblem(query.error)} />}
        {report === undefined ? (
          query.error === null ? (
            <Skeleton className="h-48" />
          ) : null
        ) : report.pairs.length === 0 ? (
          <EmptyState
            title="Nothing was mirrored in this time"
            sentence="Choose a shadow and a share above: some seconds after the first copied call, this shows how often its answers agree, how fast it is, and what differs."
          />
        ) : (
          <div className="grid grid-cols-1 gap-4 xl:grid-cols-2">
            {report.pairs.map((pair) => (
              <PairCard key={`${pair.primary}|${pair.shadow}`} pair={pair} colors={colors} />
            ))}
          </div>
        )}
      </Section>
      {report === undefined || report.pairs.length === 0 ? null : (
        <Section
          title="Disagreements"
          actions={
            shadows.length < 2 ? undefined : (
              <Field label="Shadow" className="w-40">
                {(control) => (
                  <Select {...control} value={shadow} onChange={(event) => setShadow(event.target.value)}>
                    <option value="">all</option>
                    {shadows.map((name) => (
                      <option key={name}>{name}</option>
                    ))}
                  </Select>
                )}
              </Field>
            )
          }
        >
          {mayRead ? (
            <Disagreements items={report.disagreements} />
          ) : (
            <p className="rounded-lg border border-line bg-surface p-4 text-muted">The answers are callers&apos; data: a contributor sees those that differ.</p>
          )}
          <p className="text-sm text-faint">The newest 50 of this time; 500 of each pair are kept, up to 8 KiB of each answer.</p>
        </Section>
      )}
    </div>
  );
}
