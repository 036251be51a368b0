"use client";
import Link from "next/link";
import { useRef } from "react";
import { useMoney } from "#components/shell/me";
import { Sparkline } from "#components/charts/sparkline";
import { TrafficBar } from "#components/traffic/traffic-bar";
import { StateBadge } from "#components/ui/badge";
import { Time } from "#components/ui/time";
import type { EndpointDto } from "#server/contract/endpoint";
import { useEndpointSummary } from "../queries/use-endpoints";
import { formatCount, formatMs, formatRate } from "../ui/format";
import { endpointState } from "./state";
import { useVisible } from "./use-visible";

/** An endpoint in the list: its wish from the list's own answer, its numbers asked for when it comes into view. */
export function EndpointRow({ endpoint }: { readonly endpoint: EndpointDto }) {
  const money = useMoney();
  const row = useRef<HTMLTableRowElement>(null);
  const visible = useVisible(row);
  const { data: summary } = useEndpointSummary(endpoint.name, { enabled: visible });
  const state = endpointState(endpoint);
  const ready = endpoint.deployments.reduce((sum, item) => sum + item.instancesReady, 0);
  const desired = endpoint.deployments.reduce((sum, item) => sum + item.instancesDesired, 0);
  const perMinute = summary === undefined ? null : summary.requests / (summary.windowMs / 60_000);
  return (
    <tr ref={row} className="group relative h-11 transition-colors hover:bg-hover/60">
      <th scope="row" className="px-3 text-left font-medium">
        <Link
          href={`/endpoints/${endpoint.name}`}
          className="after:absolute after:inset-0 hover:text-accent focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {endpoint.name}
        </Link>
      </th>
      <td className="px-3">
        <span title={state.sentence === "" ? undefined : state.sentence}>
          <StateBadge state={state.state} {...(state.word === undefined ? {} : { word: state.word })} />
        </span>
      </td>
      <td className="w-40 min-w-28 px-3">
        <TrafficBar size="sm" wished={endpoint.deployments} {...(summary === undefined ? {} : { observed: summary.observed.share })} />
      </td>
      <td className="px-3">
        <span className="flex items-center justify-end gap-2">
          {summary === undefined ? (
            <span className="inline-block h-5 w-18" />
          ) : (
            <Sparkline values={summary.requestsPerMinute} label={`Requests a minute of ${endpoint.name} in the last hour`} width={72} height={20} />
          )}
          <span className="num w-12 text-right">{formatCount(perMinute)}</span>
        </span>
      </td>
      <td className="num px-3 text-right whitespace-nowrap">{formatMs(summary?.p95Ms)}</td>
      <td className={`num px-3 text-right whitespace-nowrap ${(summary?.errorRate ?? 0) >= 0.01 ? "text-bad" : ""}`}>{formatRate(summary?.errorRate)}</td>
      <td className={`num px-3 text-right whitespace-nowrap ${ready < desired ? "text-warn" : ""}`}>
        {ready}/{desired}
      </td>
      <td className="num px-3 text-right whitespace-nowrap">{money(summary?.costToday)}</td>
      <td className="max-w-32 truncate px-3 text-muted">{endpoint.owner.name}</td>
      <td className="px-3 text-right whitespace-nowrap text-muted">
        <Time at={endpoint.createdAt} />
      </td>
    </tr>
  );
}
