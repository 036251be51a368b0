"use client";
import { ErrorCallout } from "#components/ui/callout";
import { plural } from "../ui/format";
import { Section } from "#components/ui/page";
import type { LimitsReport } from "#server/contract/limits";
import { toProblem } from "../queries/fetcher";
import { useLimits } from "../queries/use-limits";
import { LimitsForm } from "./limits-form";

interface LimitsPageProps {
  readonly endpoint: string;
  readonly initial: LimitsReport;
}

/** Who counts: several gateways share what there is. */
function counted({ preset, use }: LimitsReport): string {
  if (preset === "none") return "Use is counted as soon as there is a limit.";
  if (use === null) return "No gateway was heard of in the last seconds, so the present use is not known. The limits hold all the same.";
  return use.gateways === 1
    ? "Use is what the gateway counted in the last second; of bytes, the mean of the last ten."
    : `Use is the sum of ${plural(use.gateways, "gateway")}, which share rates, connections and bandwidth evenly: of the last second, and of bytes the mean of the last ten.`;
}

/** What an endpoint may take, what it takes now, and what was too much. */
export function LimitsPage({ endpoint, initial }: LimitsPageProps) {
  const { data: report = initial, error } = useLimits(endpoint, initial);
  return (
    <Section title="Limits">
      <p className="text-muted">For all callers and deployments of the endpoint together. Callers beyond a limit are told which one it is. {counted(report)}</p>
      {error === null ? null : <ErrorCallout error={toProblem(error)} />}
      <LimitsForm endpoint={endpoint} report={report} />
    </Section>
  );
}
