"use client";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import type { GatewayDto } from "#server/contract/compute";
import { formatMs, plural } from "../ui/format";

/** What the gateway last said of routing revisions. */
export function Acknowledgements({ gateway: { name, acknowledgements } }: { readonly gateway: GatewayDto }) {
  if (acknowledgements.length === 0) return <p className="text-muted">It has acknowledged no revision that is still kept.</p>;
  return (
    <details>
      <summary className="text-muted hover:text-text">Last {plural(acknowledgements.length, "acknowledgement")}</summary>
      <div className="max-h-96 overflow-y-auto pt-2">
        <Table label={`Acknowledgements of ${name}`}>
          <TableHead>
            <tr>
              <Th numeric>Revision</Th>
              <Th>Outcome</Th>
              <Th numeric>Time to apply</Th>
              <Th>Reason</Th>
              <Th numeric>When</Th>
            </tr>
          </TableHead>
          <TableBody>
            {acknowledgements.map(({ revision, outcome, reason, appliedAt, lagMs }) => (
              <Tr key={revision}>
                <Td numeric>{revision}</Td>
                <Td className={outcome === "refused" ? "text-bad" : "text-muted"}>{outcome}</Td>
                <Td numeric>{formatMs(lagMs)}</Td>
                <Td className="text-muted">{reason === "" ? "–" : reason}</Td>
                <Td numeric className="text-muted">
                  <Time at={appliedAt} />
                </Td>
              </Tr>
            ))}
          </TableBody>
        </Table>
      </div>
    </details>
  );
}
