"use client";
import { Badge } from "#components/ui/badge";
import { ErrorCallout } from "#components/ui/callout";
import { Dialog } from "#components/ui/dialog";
import { formatMs } from "../ui/format";
import { TableSkeleton } from "#components/ui/skeleton";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import { ApiError } from "../queries/fetcher";
import { useCallsOfKey } from "../queries/use-client-keys";

/** The newest calls with one key, refused ones too. */
export function KeyCalls({ endpoint, name, onClose }: { readonly endpoint: string; readonly name: string; readonly onClose: () => void }) {
  const { data, error } = useCallsOfKey(endpoint, name);
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
        <Table label={`Calls of ${name}`}>
          <TableHead>
            <tr>
              <Th>When</Th>
              <Th>Answer</Th>
              <Th>Deployment</Th>
              <Th numeric>Took</Th>
              <Th>Request</Th>
            </tr>
          </TableHead>
          <TableBody>
            {data.items.map((row) => (
              <Tr key={row.requestId}>
                <Td className="text-muted">
                  <Time at={row.startedAt} />
                </Td>
                <Td>
                  <Badge tone={row.status < 400 ? "ok" : "bad"}>{row.status}</Badge> <code className="text-sm">{row.errorCode}</code>
                </Td>
                <Td>{row.deployment === "" ? <span className="text-faint">none</span> : row.deployment}</Td>
                <Td numeric>{formatMs(row.totalMs)}</Td>
                <Td>
                  <code className="text-sm text-muted">{row.requestId}</code>
                </Td>
              </Tr>
            ))}
          </TableBody>
        </Table>
      )}
    </Dialog>
  );
}
