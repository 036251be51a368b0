"use client";
import { Ban, Ellipsis, Gauge, List, RefreshCw } from "lucide-react";
import { useCan } from "#components/shell/me";
import { Badge } from "#components/ui/badge";
import { IconButton } from "#components/ui/button";
import { Dropdown, DropdownItem } from "#components/ui/dropdown";
import { formatCount } from "../ui/format";
import { Progress } from "#components/ui/progress";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import type { ClientKeyDto } from "#server/contract/client-key";
import { keyStates } from "./words";

export type KeyDeed = "calls" | "limits" | "rotate" | "revoke";

function Quota({ item }: { readonly item: ClientKeyDto }) {
  if (item.dailyQuota === null) return <>{formatCount(item.requestsToday)}</>;
  return (
    <span className="inline-flex min-w-28 flex-col items-end gap-1">
      <span>
        {formatCount(item.requestsToday)} <span className="text-faint">of {formatCount(item.dailyQuota)}</span>
      </span>
      <Progress
        className="w-full"
        label={`Quota of ${item.name}`}
        tone={item.state === "quota_reached" ? "warn" : "accent"}
        value={item.requestsToday / item.dailyQuota}
      />
    </span>
  );
}

function Menu({ item, onDeed }: { readonly item: ClientKeyDto; readonly onDeed: (deed: KeyDeed, item: ClientKeyDto) => void }) {
  const changes = useCan("contributor") && item.state !== "revoked";
  return (
    <Dropdown
      trigger={
        <IconButton label={`Actions for ${item.name}`}>
          <Ellipsis />
        </IconButton>
      }
    >
      <DropdownItem onSelect={() => onDeed("calls", item)}>
        <List aria-hidden />
        Newest calls
      </DropdownItem>
      {changes ? (
        <>
          <DropdownItem onSelect={() => onDeed("limits", item)}>
            <Gauge aria-hidden />
            Change limits
          </DropdownItem>
          <DropdownItem onSelect={() => onDeed("rotate", item)}>
            <RefreshCw aria-hidden />
            Rotate
          </DropdownItem>
          <DropdownItem danger onSelect={() => onDeed("revoke", item)}>
            <Ban aria-hidden />
            Revoke
          </DropdownItem>
        </>
      ) : null}
    </Dropdown>
  );
}

function Ends({ item }: { readonly item: ClientKeyDto }) {
  return (
    <>
      {item.expiresAt === null ? "never" : <Time at={item.expiresAt} />}
      {item.previousUntil === null ? null : (
        <span className="block text-sm text-warn">
          old secret <Time at={item.previousUntil} />
        </span>
      )}
    </>
  );
}

/** Keys with what they may do, what they did, and what can be done about them. */
export function KeysTable({ items, onDeed }: { readonly items: readonly ClientKeyDto[]; readonly onDeed: (deed: KeyDeed, item: ClientKeyDto) => void }) {
  return (
    <Table label="Client keys">
      <TableHead>
        <tr>
          <Th>Name</Th>
          <Th>State</Th>
          <Th>Secret</Th>
          <Th numeric>Today</Th>
          <Th numeric>Requests/s</Th>
          <Th>Pin</Th>
          <Th>Last used</Th>
          <Th>Ends</Th>
          <Th>Made</Th>
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        </tr>
      </TableHead>
      <TableBody>
        {items.map((item) => (
          <Tr key={item.name} className={item.state === "revoked" ? "text-muted" : undefined}>
            <Td className="font-medium">{item.name}</Td>
            <Td>
              <Badge tone={keyStates[item.state].tone}>{keyStates[item.state].word}</Badge>
            </Td>
            <Td>
              <code className="text-sm">{item.prefix}…</code>
            </Td>
            <Td numeric>
              <Quota item={item} />
            </Td>
            <Td numeric>{item.ratePerSecond === null ? <span className="text-faint">no limit</span> : formatCount(item.ratePerSecond)}</Td>
            <Td>{item.mayPin ? "allowed" : <span className="text-faint">no</span>}</Td>
            <Td className="text-muted">{item.lastUsedAt === null ? "never" : <Time at={item.lastUsedAt} />}</Td>
            <Td className="text-muted">
              <Ends item={item} />
            </Td>
            <Td className="text-muted" title={`by ${item.createdBy.name}`}>
              <Time at={item.createdAt} />
            </Td>
            <Td numeric>
              <Menu item={item} onDeed={onDeed} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}
