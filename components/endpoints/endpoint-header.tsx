"use client";
import { CopyButton } from "#components/ui/copy-button";
import { StateBadge } from "#components/ui/badge";
import { LinkTabs } from "#components/ui/tabs";
import type { EndpointDto } from "#server/contract/endpoint";
import { useEndpoint } from "../queries/use-endpoints";
import { endpointState } from "./state";
import { receiptSentence } from "./receipt";

const tabs = [
  "Deployments",
  "Traffic",
  "Mirror",
  "Test",
  "Consume",
  "Keys",
  "Limits",
  "Domains",
  "Monitoring",
  "Logs",
  "Cost",
  "Activity",
  "Settings",
] as const;

/** Name, state, address and the pages of one endpoint. */
export function EndpointHeader({ initial }: { readonly initial: EndpointDto }) {
  const { data: endpoint = initial } = useEndpoint(initial.name, initial);
  const state = endpointState(endpoint);
  const base = `/endpoints/${endpoint.name}`;
  const receipt = endpoint.receipt === null ? null : receiptSentence(endpoint.receipt);
  return (
    <div className="mb-5 flex flex-col gap-2">
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1">
        <h1 className="min-w-0 text-xl font-semibold tracking-tight break-all">{endpoint.name}</h1>
        <StateBadge state={state.state} {...(state.word === undefined ? {} : { word: state.word })} />
        {state.sentence === "" ? null : <span className="min-w-0 text-muted">{state.sentence}</span>}
      </div>
      <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1">
        <span className="flex min-w-0 items-center gap-1 text-muted">
          <code className="min-w-0 truncate text-sm" title={endpoint.scoringUri}>
            {endpoint.scoringUri}
          </code>
          <CopyButton value={endpoint.scoringUri} label="Copy the scoring address" />
        </span>
        {receipt === null ? null : <span className="text-sm text-faint">{receipt}</span>}
      </div>
      <LinkTabs
        label="Endpoint"
        tabs={[{ href: base, text: "Overview", exact: true }, ...tabs.map((text) => ({ href: `${base}/${text.toLowerCase()}`, text }))]}
      />
    </div>
  );
}
