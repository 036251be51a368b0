"use client";
import { Undo2 } from "lucide-react";
import { Button } from "#components/ui/button";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import type { TrafficChangeDto } from "#server/contract/endpoint";
import { receiptSentence } from "../endpoints/receipt";
import { missingDeployment, type Split, type SplitSource } from "./prepare/editor";
import { splitText } from "./prepare/review";

interface TrafficHistoryProps {
  readonly changes: readonly TrafficChangeDto[];
  readonly source: SplitSource;
  readonly onRestore: (split: Split) => void;
}

/** The last 50 splits: who, when, from what to what, and what the gateways said. */
export function TrafficHistory({ changes, source, onRestore }: TrafficHistoryProps) {
  if (changes.length === 0) return <p className="text-muted">No split was applied yet.</p>;
  return (
    <Table label="Earlier splits">
      <TableHead>
        <Tr>
          <Th>When</Th>
          <Th>Who</Th>
          <Th>Change</Th>
          <Th>Receipt</Th>
          <Th>
            <span className="sr-only">Restore</span>
          </Th>
        </Tr>
      </TableHead>
      <TableBody>
        {changes.map((change) => {
          const missing = missingDeployment(change.before, source);
          return (
            <Tr key={change.id}>
              <Td>
                <Time at={change.createdAt} />
              </Td>
              <Td>{change.actor.name}</Td>
              <Td>
                {splitText(change.before)} → {splitText(change.after)}
              </Td>
              <Td className="text-muted">{receiptSentence(change.receipt)}</Td>
              <Td className="text-right">
                <Button
                  size="sm"
                  variant="ghost"
                  disabled={missing !== null}
                  title={missing === null ? `Load ${splitText(change.before)}` : `${missing} is gone`}
                  onClick={() => onRestore(change.before)}
                >
                  <Undo2 aria-hidden />
                  Restore the one before
                </Button>
              </Td>
            </Tr>
          );
        })}
      </TableBody>
    </Table>
  );
}
