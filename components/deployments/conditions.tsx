import type { z } from "zod";
import { StateBadge } from "#components/ui/badge";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import type { conditionSchema } from "#server/contract/common";

type Condition = z.infer<typeof conditionSchema>;
const words = { True: "Yes", False: "No", Unknown: "Unknown" } as const;

/** "Not progressing" after the work is complete is rest, not a failure. */
const isAtRest = ({ type, status, reason }: Condition): boolean => type === "Progressing" && status === "False" && reason === "Complete";

/** What holds now, each with its reason and what to do. */
export function Conditions({ conditions }: { readonly conditions: readonly Condition[] }) {
  return (
    <Table label="Conditions">
      <TableHead>
        <tr>
          <Th>Condition</Th>
          <Th>Holds</Th>
          <Th>Reason</Th>
          <Th>Message</Th>
          <Th numeric>Since</Th>
        </tr>
      </TableHead>
      <TableBody>
        {conditions.map((condition) => (
          <Tr key={condition.type}>
            <Td className="font-medium">{condition.type}</Td>
            <Td>
              <StateBadge state={isAtRest(condition) ? "Stopped" : condition.status} word={words[condition.status]} />
            </Td>
            <Td className="mono">{condition.reason}</Td>
            <Td className="min-w-72 py-2 whitespace-normal text-muted">
              {condition.message}
              {condition.hint === undefined || condition.hint === "" ? null : (
                <span className="block text-text">
                  <span className="font-medium">What to do:</span> {condition.hint}
                </span>
              )}
            </Td>
            <Td numeric className="text-muted">
              <Time at={condition.lastTransitionAt} />
            </Td>
          </Tr>
        ))}
        {conditions.length === 0 ? (
          <tr>
            <td colSpan={5} className="px-3 py-6 text-center text-muted">
              The control plane has not reported yet.
            </td>
          </tr>
        ) : null}
      </TableBody>
    </Table>
  );
}
