"use client";
import { ErrorCallout } from "#components/ui/callout";
import { Dialog } from "#components/ui/dialog";
import { TableSkeleton } from "#components/ui/skeleton";
import { ApiError } from "../queries/fetcher";
import { useCalls } from "../queries/use-client-keys";
import { CallsTable } from "./calls-table";

/** The newest calls with one key, refused ones too. */
export function KeyCalls({ endpoint, name, onClose }: { readonly endpoint: string; readonly name: string; readonly onClose: () => void }) {
  const { data, error } = useCalls(endpoint, name);
  return (
    <Dialog open onOpenChange={onClose} title={`Newest calls of ${name}`} description="Rows appear some seconds after the call." className="max-w-180">
      {error instanceof ApiError ? <ErrorCallout error={error.problem} /> : null}
      {data === undefined ? (
        error === null ? (
          <TableSkeleton rows={4} label="Loading calls" />
        ) : null
      ) : data.items.length === 0 ? (
        <p className="text-muted">Nobody has called with this key yet.</p>
      ) : (
        <CallsTable label={`Calls of ${name}`} items={data.items} />
      )}
    </Dialog>
  );
}
