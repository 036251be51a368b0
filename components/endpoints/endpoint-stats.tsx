"use client";
import { useMoney } from "#components/shell/me";
import type { EndpointSummaryDto } from "#server/contract/monitoring";
import { formatChange, formatCount, formatMs, formatRate } from "../ui/format";
import { StatTile } from "./stat-tile";

type Tone = "ok" | "bad" | "idle";

/** Growth is bad news for latency and errors, and no news at all for requests. */
function change(now: number | null, before: number | null, growth: Tone): { text: string; tone: Tone } | null {
  const text = formatChange(now, before);
  if (text === null) return null;
  const rising = text.startsWith("+");
  const flat = text.startsWith("±");
  const tone = flat || growth === "idle" ? "idle" : rising ? growth : growth === "bad" ? "ok" : "bad";
  return { text, tone };
}

/** The six numbers that answer “is it well?”. */
export function EndpointStats({ endpoint, summary }: { readonly endpoint: string; readonly summary: EndpointSummaryDto | undefined }) {
  const money = useMoney();
  const monitoring = `/endpoints/${endpoint}/monitoring`;
  const minutes = (summary?.windowMs ?? 3_600_000) / 60_000;
  return (
    <div className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line md:grid-cols-3 xl:grid-cols-6">
      <StatTile
        name="Requests"
        note="per min, 1 h"
        href={monitoring}
        value={formatCount(summary === undefined ? null : summary.requests / minutes)}
        change={summary === undefined ? null : change(summary.requests, summary.requestsBefore, "idle")}
        spark={summary?.requestsPerMinute ?? []}
      />
      <StatTile
        name="Latency p95"
        note="1 h"
        href={monitoring}
        value={formatMs(summary?.p95Ms)}
        change={summary === undefined ? null : change(summary.p95Ms, summary.p95MsBefore, "bad")}
        extra={<>p50 {formatMs(summary?.p50Ms)}</>}
      />
      <StatTile name="Latency p99" note="1 h" href={monitoring} value={formatMs(summary?.p99Ms)} extra="from merged histograms" />
      <StatTile
        name="Error rate"
        note="1 h"
        href={`/endpoints/${endpoint}/monitoring`}
        value={formatRate(summary?.errorRate)}
        change={summary === undefined ? null : change(summary.errorRate, summary.errorRateBefore, "bad")}
        extra="of all answered requests"
      />
      <StatTile name="In flight" note="now" href={monitoring} value={formatCount(summary?.inFlight)} extra="as the gateways report" />
      <StatTile
        name="Cost"
        note="per hour"
        href={`/endpoints/${endpoint}/cost`}
        value={money(summary?.costPerHour)}
        extra={<>{money(summary?.costToday)} today</>}
      />
    </div>
  );
}
