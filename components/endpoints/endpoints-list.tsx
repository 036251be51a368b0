"use client";
import { Plus, Waypoints } from "lucide-react";
import Link from "next/link";
import { useMemo, useState } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { EmptyState } from "#components/ui/empty-state";
import { Input } from "#components/ui/input";
import { PageHeader } from "#components/ui/page";
import { Table, TableBody, TableHead, Th } from "#components/ui/table";
import { useCan } from "#components/shell/me";
import type { Page } from "#server/contract/common";
import type { EndpointDto } from "#server/contract/endpoint";
import { toProblem } from "../queries/fetcher";
import { useEndpoints } from "../queries/use-endpoints";
import { plural } from "../ui/format";
import { EndpointRow } from "./endpoint-row";

function matches(endpoint: EndpointDto, query: string): boolean {
  const haystack = [
    endpoint.name,
    endpoint.owner.name,
    endpoint.provisioningState,
    ...Object.entries(endpoint.tags).flat(),
    ...endpoint.deployments.map((item) => item.name),
  ]
    .join(" ")
    .toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

function NewEndpoint() {
  return (
    <Button asChild variant="primary">
      <Link href="/endpoints/new">
        <Plus aria-hidden />
        New endpoint
      </Link>
    </Button>
  );
}

function Rows({ endpoints }: { readonly endpoints: readonly EndpointDto[] }) {
  return (
    <Table label="Endpoints">
      <TableHead>
        <tr>
          <Th>Name</Th>
          <Th>State</Th>
          <Th>Traffic</Th>
          <Th numeric>Requests/min, 1 h</Th>
          <Th numeric>p95, 1 h</Th>
          <Th numeric>Errors, 1 h</Th>
          <Th numeric>Instances</Th>
          <Th numeric>Cost today</Th>
          <Th>Owner</Th>
          <Th numeric>Created</Th>
        </tr>
      </TableHead>
      <TableBody>
        {endpoints.map((endpoint) => (
          <EndpointRow key={endpoint.id} endpoint={endpoint} />
        ))}
      </TableBody>
    </Table>
  );
}

/** Every endpoint with its state and its last hour. */
export function EndpointsList({ initial }: { readonly initial: Page<EndpointDto> }) {
  const { data, error } = useEndpoints(initial);
  const [query, setQuery] = useState("");
  const canCreate = useCan("contributor");
  const all = data?.items ?? [];
  const shown = useMemo(() => (query === "" ? all : all.filter((endpoint) => matches(endpoint, query))), [all, query]);
  return (
    <>
      <PageHeader
        title="Endpoints"
        description={all.length === 0 ? "Stable addresses in front of your models." : plural(all.length, "endpoint")}
        actions={canCreate ? <NewEndpoint /> : undefined}
      />
      {error === null ? null : <ErrorCallout error={toProblem(error)} className="mb-3" />}
      {all.length === 0 ? (
        <EmptyState
          icon={<Waypoints />}
          title="No endpoint yet"
          sentence="An endpoint is an address that stays while the models behind it change."
          action={canCreate ? <NewEndpoint /> : undefined}
          command={`curl -X POST "$SLUICE_STUDIO/api/v1/endpoints" -H "authorization: Bearer $SLUICE_TOKEN" -H "content-type: application/json" -d '{"name":"my-endpoint"}'`}
        />
      ) : (
        <div className="flex flex-col gap-3">
          <Input
            data-filter
            type="search"
            aria-label="Filter endpoints"
            placeholder="Filter by name, deployment, owner or tag  ( / )"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            className="max-w-90"
          />
          {shown.length === 0 ? (
            <p className="rounded-lg border border-dashed border-line-strong px-4 py-8 text-center text-muted">No endpoint matches “{query}”.</p>
          ) : (
            <Rows endpoints={shown} />
          )}
        </div>
      )}
    </>
  );
}
