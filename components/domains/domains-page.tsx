"use client";
import { Globe, Plus } from "lucide-react";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { CopyButton } from "#components/ui/copy-button";
import { EmptyState } from "#components/ui/empty-state";
import { Section } from "#components/ui/page";
import type { Page } from "#server/contract/common";
import type { EndpointDomainDto } from "#server/contract/endpoint-domain";
import { toProblem } from "../queries/fetcher";
import { useDomains } from "../queries/use-domains";
import { DomainForm } from "./domain-form";
import { DomainsTable, type DomainDeed } from "./domains-table";
import { RemoveDomain } from "./remove-domain";
import { dnsRecordOf, gatewayHostOf } from "./words";

function DnsNote({ host }: { readonly host: string }) {
  return (
    <p className="text-muted">
      The DNS entry of each domain has to lead to <code className="text-sm text-text">{host}</code>
      <CopyButton value={host} label="Copy the host of the gateway" className="mx-0.5 align-middle" />
      (a CNAME, or the same addresses as A and AAAA). Certificates that you bring are not renewed by themselves.
    </p>
  );
}

function DnsRecord({ record }: { readonly record: string }) {
  return (
    <span className="flex max-w-full min-w-0 items-center gap-1 rounded-md border border-line bg-sunken py-0.5 pr-0.5 pl-3">
      <code className="min-w-0 text-left text-sm break-all">{record}</code>
      <CopyButton value={record} label="Copy the DNS record" />
    </span>
  );
}

interface DomainsPageProps {
  readonly endpoint: string;
  readonly scoringUri: string;
  readonly initial: Page<EndpointDomainDto>;
}

type Open = { readonly deed: DomainDeed | "add"; readonly domain: string } | null;

/** Host names of the endpoint's own, each with its certificate. */
export function DomainsPage({ endpoint, scoringUri, initial }: DomainsPageProps) {
  const { data, error } = useDomains(endpoint, initial);
  const items = data?.items ?? initial.items;
  const [open, setOpen] = useState<Open>(null);
  const mayWrite = useCan("contributor");
  const host = gatewayHostOf(scoringUri);
  const close = () => setOpen(null);
  const add = mayWrite ? (
    <Button variant="primary" size="sm" onClick={() => setOpen({ deed: "add", domain: "" })}>
      <Plus aria-hidden />
      New domain
    </Button>
  ) : null;
  return (
    <Section title="Domains" actions={items.length === 0 ? undefined : add}>
      {error === null ? null : <ErrorCallout error={toProblem(error)} />}
      {items.length === 0 ? (
        <EmptyState
          icon={<Globe />}
          title="No domain of its own yet"
          sentence={`Let callers use a host name of yours, such as score.example.com, with your own certificate. Let its DNS entry lead to the host of this installation, ${host}, then add it here.`}
          action={
            <>
              <DnsRecord record={dnsRecordOf("score.example.com", host)} />
              {add}
            </>
          }
        />
      ) : (
        <>
          <DnsNote host={host} />
          <DomainsTable items={items} scoringUri={scoringUri} onDeed={(deed, domain) => setOpen({ deed, domain })} />
        </>
      )}
      {open === null ? null : open.deed === "remove" ? (
        <RemoveDomain endpoint={endpoint} domain={open.domain} onClose={close} />
      ) : (
        <DomainForm endpoint={endpoint} domain={open.deed === "add" ? null : open.domain} gatewayHost={host} onClose={close} />
      )}
    </Section>
  );
}
