"use client";
import { useState } from "react";
import { Choice } from "#components/ui/choice";
import type { EndpointDto } from "#server/contract/endpoint";
import { useEndpoint } from "../queries/use-endpoints";
import { MetricPanel } from "./metric-panel";
import { RangePicker, useRange } from "./range-picker";

type Split = "deployment" | "status_class" | "instance" | "none";

const nothing = "No request in this time.";
const noStatistics = "No instance reported in this time.";

/** Latency, requests, errors, queue and machines of one endpoint, with one cursor over all charts. */
export function MonitoringPage({ initial }: { readonly initial: EndpointDto }) {
  const { data: endpoint = initial } = useEndpoint(initial.name, initial);
  const range = useRange("1h");
  const [split, setSplit] = useState<Split>("deployment");
  const colors = Object.fromEntries(endpoint.deployments.map((deployment) => [deployment.name, deployment.color]));
  const common = { endpoint: endpoint.name, colors, range };
  const latencySplit = split === "status_class" ? "none" : split === "instance" ? "deployment" : split;
  // Requests are counted by deployment and machines know no status: each chart takes the nearest split that it has.
  const countSplit = split === "instance" ? "deployment" : split;
  const machineSplit = split === "instance" ? "instance" : "deployment";
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Choice
          legend="Split by"
          hideLegend
          value={split}
          onChange={setSplit}
          options={[
            { value: "deployment", text: "By deployment" },
            { value: "status_class", text: "By status" },
            { value: "instance", text: "By instance" },
            { value: "none", text: "Together" },
          ]}
        />
        <RangePicker range={range} fallback="1h" />
      </div>
      <div className="grid grid-cols-1 gap-4 xl:grid-cols-2">
        <MetricPanel
          {...common}
          metric="latency"
          splitBy={latencySplit}
          title="Latency"
          note={latencySplit === "none" ? "p50, p90, p95, p99 of all requests" : "p95 by deployment"}
          shape="line"
          options={latencySplit === "none" ? {} : { percentile: 95 }}
          emptyText={nothing}
        />
        <MetricPanel
          {...common}
          metric="requests"
          splitBy={countSplit}
          title="Requests"
          note="answered by the gateway"
          shape="bars"
          options={{ stacked: true, perMinute: true }}
          emptyText={nothing}
        />
        <MetricPanel
          {...common}
          metric="errors"
          splitBy={split === "none" ? "status_class" : countSplit}
          title="Errors"
          note="status 400 and above"
          shape="bars"
          options={{ stacked: true, perMinute: true }}
          emptyText="No request failed in this time."
        />
        <MetricPanel
          {...common}
          metric="queue"
          splitBy={latencySplit}
          title="Queue wait"
          note={latencySplit === "none" ? "percentiles" : "p95 by deployment"}
          shape="line"
          options={latencySplit === "none" ? {} : { percentile: 95 }}
          emptyText={nothing}
        />
        <MetricPanel
          {...common}
          metric="in_flight"
          splitBy={machineSplit}
          title="In flight"
          note="requests at instances"
          shape="area"
          emptyText={noStatistics}
        />
        <MetricPanel {...common} metric="instances" splitBy="deployment" title="Instances" note="running" shape="steps" emptyText={noStatistics} />
        <MetricPanel {...common} metric="cpu" splitBy={machineSplit} title="CPU" note="cores in use" shape="line" emptyText={noStatistics} />
        <MetricPanel {...common} metric="memory" splitBy={machineSplit} title="Memory" note="in use" shape="line" emptyText={noStatistics} />
      </div>
    </div>
  );
}
