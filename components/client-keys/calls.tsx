"use client";
import { ErrorCallout } from "#components/ui/callout";
import { TableSkeleton } from "#components/ui/skeleton";
import { ApiError } from "../queries/fetcher";
import { useCalls } from "../queries/use-client-keys";
import { CallsTable } from "./calls-table";

interface CallsProps {
  readonly endpoint: string;
  /** Name of the key whose calls are shown; without one, everybody's with who called. */
  readonly keyName?: string;
  readonly label: string;
  readonly empty: string;
}

/** The newest calls of an endpoint, refused ones too. */
export function Calls({ endpoint, keyName, label, empty }: CallsProps) {
  const { data, error } = useCalls(endpoint, keyName);
  return (
    <>
      {error instanceof ApiError ? <ErrorCallout error={error.problem} /> : null}
      {data === undefined ? (
        error === null ? (
          <TableSkeleton rows={4} label="Loading calls" />
        ) : null
      ) : data.items.length === 0 ? (
        <p className="text-muted">{empty}</p>
      ) : (
        <CallsTable label={label} items={data.items} callers={keyName === undefined} />
      )}
    </>
  );
}
