"use client";
import { Plus, SlidersHorizontal } from "lucide-react";
import Link from "next/link";
import { TrafficBar } from "#components/traffic/traffic-bar";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { DeployDot } from "#components/ui/badge";
import { EmptyState } from "#components/ui/empty-state";
import { Section } from "#components/ui/page";
import type { EndpointDto } from "#server/contract/endpoint";
import type { EndpointSummaryDto } from "#server/contract/monitoring";
import { useEndpoint, useEndpointSummary } from "../queries/use-endpoints";
import { formatPercent, plural } from "../ui/format";
import { DeploymentRows } from "./deployment-rows";
import { EndpointStats } from "./endpoint-stats";
import { RecentActivity } from "./recent-activity";

function Split({ endpoint, summary }: { readonly endpoint: EndpointDto; readonly summary: EndpointSummaryDto | undefined }) {
  const observed = summary?.observed;
  return (
    <div className="flex flex-col gap-2.5 rounded-lg border border-line bg-surface p-3">
      <TrafficBar size="md" wished={endpoint.deployments} {...(observed === undefined ? {} : { observed: observed.share })} />
      <div className="flex flex-wrap items-center gap-x-5 gap-y-1 text-sm">
        {endpoint.deployments.map((item) => (
          <span key={item.id} className="flex items-center gap-1.5">
            <DeployDot color={item.color} />
            {item.name}
            <span className="num font-medium">{formatPercent(item.percent)}</span>
            <span className="num text-faint">
              {observed === undefined || observed.requests === 0 ? "" : `observed ${formatPercent(observed.share[item.name] ?? 0)}`}
            </span>
          </span>
        ))}
        <span className="num ml-auto text-faint">
          {observed === undefined || observed.requests === 0 ? "no requests in the last 5 min" : `last 5 min, ${plural(observed.requests, "request")}`}
        </span>
      </div>
    </div>
  );
}

/** One screen that answers “is it well?”. */
export function EndpointOverview({ initial, initialSummary }: { readonly initial: EndpointDto; readonly initialSummary: EndpointSummaryDto | null }) {
  const { data: endpoint = initial } = useEndpoint(initial.name, initial);
  const { data: summary } = useEndpointSummary(initial.name, initialSummary === null ? {} : { initial: initialSummary });
  const canWrite = useCan("contributor");
  const base = `/endpoints/${endpoint.name}`;
  const create = canWrite ? (
    <Button asChild variant="primary">
      <Link href={`${base}/deployments/new`}>
        <Plus aria-hidden />
        New deployment
      </Link>
    </Button>
  ) : undefined;
  if (endpoint.deployments.length === 0) {
    return (
      <EmptyState
        title="No deployment yet"
        sentence="A deployment is a model with its code, environment and machines; the endpoint sends it a share of the requests."
        action={create}
        command={`curl -H "authorization: Bearer $SLUICE_TOKEN" "$SLUICE_STUDIO/api/v1${base}"`}
      />
    );
  }
  return (
    <div className="flex flex-col gap-6">
      <Section
        title="Traffic"
        actions={
          <Button asChild size="sm">
            <Link href={`${base}/traffic`}>
              <SlidersHorizontal aria-hidden />
              Edit the split
            </Link>
          </Button>
        }
      >
        <Split endpoint={endpoint} summary={summary} />
      </Section>
      <EndpointStats endpoint={endpoint.name} summary={summary} />
      <Section
        title="Deployments"
        actions={
          canWrite ? (
            <Button asChild size="sm">
              <Link href={`${base}/deployments/new`}>
                <Plus aria-hidden />
                New deployment
              </Link>
            </Button>
          ) : undefined
        }
      >
        <DeploymentRows endpoint={endpoint} summary={summary} />
      </Section>
      <Section
        title="Last activity"
        actions={
          <Button asChild size="sm" variant="ghost">
            <Link href={`${base}/activity`}>All activity</Link>
          </Button>
        }
      >
        <RecentActivity endpoint={endpoint.name} />
      </Section>
    </div>
  );
}
