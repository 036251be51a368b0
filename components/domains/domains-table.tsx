"use client";
import { Ellipsis, RefreshCw, Trash2 } from "lucide-react";
import { useCan } from "#components/shell/me";
import { Badge } from "#components/ui/badge";
import { IconButton } from "#components/ui/button";
import { CopyButton } from "#components/ui/copy-button";
import { Dropdown, DropdownItem } from "#components/ui/dropdown";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time, useNow } from "#components/ui/time";
import type { EndpointDomainDto } from "#server/contract/endpoint-domain";
import { addressOf, endOf, inForceOn } from "./words";

export type DomainDeed = "replace" | "remove";

interface RowProps {
  readonly item: EndpointDomainDto;
  readonly scoringUri: string;
  readonly onDeed: (deed: DomainDeed, domain: string) => void;
}

function Menu({ item, onDeed }: Pick<RowProps, "item" | "onDeed">) {
  return (
    <Dropdown
      trigger={
        <IconButton label={`Actions for ${item.name}`}>
          <Ellipsis />
        </IconButton>
      }
    >
      <DropdownItem onSelect={() => onDeed("replace", item.name)}>
        <RefreshCw aria-hidden />
        Replace the certificate
      </DropdownItem>
      <DropdownItem danger onSelect={() => onDeed("remove", item.name)}>
        <Trash2 aria-hidden />
        Remove
      </DropdownItem>
    </Dropdown>
  );
}

function DomainRow({ item, scoringUri, onDeed }: RowProps) {
  const now = useNow();
  const mayWrite = useCan("contributor");
  const end = endOf(item.expiresAt, now);
  const force = inForceOn(item.gateways);
  const address = addressOf(item.name, scoringUri);
  return (
    <Tr>
      <Td>
        <span className="flex items-center gap-1 font-medium" title={address}>
          {item.name}
          <CopyButton value={address} label={`Copy the address at ${item.name}`} />
        </span>
      </Td>
      <Td>
        <Badge tone={end.tone}>{end.text}</Badge>
      </Td>
      <Td>
        <Badge tone={force.tone}>{force.text}</Badge>
      </Td>
      <Td className="text-muted">
        <Time at={item.validFrom} />
      </Td>
      <Td className="text-muted">
        <Time at={item.expiresAt} />
      </Td>
      <Td className="text-muted">{item.issuer}</Td>
      <Td className="text-muted">{item.names.join(", ")}</Td>
      <Td numeric>{mayWrite ? <Menu item={item} onDeed={onDeed} /> : null}</Td>
    </Tr>
  );
}

/** Domains with how near their certificates are to their ends, and where they are in force. */
export function DomainsTable({ items, ...shared }: Omit<RowProps, "item"> & { readonly items: readonly EndpointDomainDto[] }) {
  return (
    <Table label="Domains">
      <TableHead>
        <tr>
          <Th>Domain</Th>
          <Th>Certificate</Th>
          <Th>Gateways</Th>
          <Th>Valid from</Th>
          <Th>Valid until</Th>
          <Th>Issuer</Th>
          <Th>Names in the certificate</Th>
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        </tr>
      </TableHead>
      <TableBody>
        {items.map((item) => (
          <DomainRow key={item.name} item={item} {...shared} />
        ))}
      </TableBody>
    </Table>
  );
}
