"use client";
import { ErrorCallout } from "#components/ui/callout";
import { Section } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/skeleton";
import { ApiError } from "../queries/fetcher";
import { useCalls } from "../queries/use-client-keys";
import { CallsTable } from "./calls-table";

/** The newest calls of an endpoint whose callers have tokens, and who they were. */
export function NewestCalls({ endpoint }: { readonly endpoint: string }) {
  const { data, error } = useCalls(endpoint);
  return (
    <Section title="Newest calls">
      {error instanceof ApiError ? <ErrorCallout error={error.problem} /> : null}
      {data === undefined ? (
        error === null ? (
          <TableSkeleton rows={4} label="Loading calls" />
        ) : null
      ) : data.items.length === 0 ? (
        <p className="text-muted">Nobody has called yet. Rows appear some seconds after the call.</p>
      ) : (
        <CallsTable label="Newest calls" items={data.items} callers />
      )}
    </Section>
  );
}
