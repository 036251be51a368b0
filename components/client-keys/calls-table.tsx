"use client";
import { Badge } from "#components/ui/badge";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import type { RequestRowDto } from "#server/contract/monitoring";
import { formatMs } from "../ui/format";

interface CallsTableProps {
  readonly label: string;
  readonly items: readonly RequestRowDto[];
  /** With who called. */
  readonly callers: boolean;
}

/** Calls, one a row, refused ones with their code. */
export function CallsTable({ label, items, callers }: CallsTableProps) {
  return (
    <Table label={label}>
      <TableHead>
        <tr>
          <Th>When</Th>
          {callers ? <Th>Caller</Th> : null}
          <Th>Answer</Th>
          <Th>Deployment</Th>
          <Th numeric>Took</Th>
          <Th>Request</Th>
        </tr>
      </TableHead>
      <TableBody>
        {items.map((row) => (
          <Tr key={row.requestId}>
            <Td className="text-muted">
              <Time at={row.startedAt} />
            </Td>
            {callers ? <Td>{row.subject || row.keyName || <span className="text-faint">nobody</span>}</Td> : null}
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
  );
}
