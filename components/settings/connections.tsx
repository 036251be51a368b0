"use client";
import { PlugZap, Plus } from "lucide-react";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { StateBadge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { Callout, ErrorCallout } from "#components/ui/callout";
import { ConfirmDialog } from "#components/ui/dialog";
import { EmptyState } from "#components/ui/empty-state";
import { Section } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/skeleton";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import { checkConnectionAction, deleteConnectionAction } from "#server/actions/connections";
import type { ConnectionDto } from "#server/contract/connection";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useConnections } from "../queries/use-connections";
import { ConnectionForm } from "./connection-form";

const looks: Readonly<Record<ConnectionDto["state"], { readonly state: string; readonly word: string }>> = {
  Unchecked: { state: "Updating", word: "Being tried" },
  Working: { state: "Ready", word: "Signed in" },
  Denied: { state: "Failed", word: "Refused" },
  Unreachable: { state: "Unreachable", word: "Not reached" },
};

const losses: Readonly<Record<ConnectionDto["kind"], string>> = {
  container_registry: "Images that are on the host stay usable; others of that registry are then fetched without credentials.",
  s3: "Models that were imported stay; nothing more can be imported with it.",
};
const kindWords: Readonly<Record<ConnectionDto["kind"], string>> = { container_registry: "registry", s3: "S3 storage" };

function Delete({ connection, onClose }: { readonly connection: ConnectionDto; readonly onClose: () => void }) {
  const remove = useAction(deleteConnectionAction, {
    invalidates: () => [queryKeys.connections()],
    onSuccess: onClose,
    success: `${connection.name} is deleted`,
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete ${connection.name}`}
      consequence={`Its credentials for ${connection.address} are forgotten. ${losses[connection.kind]}`}
      confirmLabel="Delete the connection"
      typeName={connection.name}
      busy={remove.isPending}
      error={remove.error === null ? null : <ErrorCallout error={remove.error.problem} />}
      onConfirm={() => remove.mutate({ id: connection.id })}
    />
  );
}

function ConnectionActions({ connection }: { readonly connection: ConnectionDto }) {
  const [open, setOpen] = useState<"replace" | "delete" | null>(null);
  const check = useAction(checkConnectionAction, { invalidates: () => [queryKeys.connections()], toastError: true });
  const of = <span className="sr-only"> {connection.name}</span>;
  return (
    <span className="flex justify-end gap-1.5">
      <Button size="sm" busy={check.isPending || connection.state === "Unchecked"} onClick={() => check.mutate({ id: connection.id })}>
        Check{of}
      </Button>
      <Button size="sm" onClick={() => setOpen("replace")}>
        Replace credentials<span className="sr-only"> of {connection.name}</span>
      </Button>
      <Button size="sm" variant="danger" onClick={() => setOpen("delete")}>
        Delete{of}
      </Button>
      {open === "replace" ? <ConnectionForm connection={connection} onClose={() => setOpen(null)} /> : null}
      {open === "delete" ? <Delete connection={connection} onClose={() => setOpen(null)} /> : null}
    </span>
  );
}

function ConnectionRow({ connection, canChange }: { readonly connection: ConnectionDto; readonly canChange: boolean }) {
  const look = looks[connection.state];
  return (
    <Tr>
      <Td className="font-medium">{connection.name}</Td>
      <Td className="py-2">
        <code className="text-sm">{connection.address}</code>
        <span className="block text-sm text-muted">
          {kindWords[connection.kind]}, as {connection.username}
          {connection.region === null ? "" : ` in ${connection.region}`}
        </span>
      </Td>
      <Td className="py-2">
        <StateBadge state={look.state} word={look.word} />
        {connection.message === null ? null : (
          <span className="mt-0.5 block max-w-80 min-w-48 text-sm break-words whitespace-normal text-muted">{connection.message}</span>
        )}
      </Td>
      <Td className="text-muted">{connection.checkedAt === null ? "never" : <Time at={connection.checkedAt} />}</Td>
      <Td className="text-muted">
        <Time at={connection.createdAt} /> by {connection.createdBy}
      </Td>
      {canChange ? (
        <Td numeric>
          <ConnectionActions connection={connection} />
        </Td>
      ) : null}
    </Tr>
  );
}

function ConnectionTable({ items, canChange }: { readonly items: readonly ConnectionDto[]; readonly canChange: boolean }) {
  return (
    <Table label="Connections">
      <TableHead>
        <tr>
          <Th>Name</Th>
          <Th>Where</Th>
          <Th>Sign-in</Th>
          <Th>Tried</Th>
          <Th>Made</Th>
          {canChange ? (
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          ) : null}
        </tr>
      </TableHead>
      <TableBody>
        {items.map((connection) => (
          <ConnectionRow key={connection.id} connection={connection} canChange={canChange} />
        ))}
      </TableBody>
    </Table>
  );
}

/** Registries and storage that images and models are fetched from with credentials, and what the last sign-in at each came to. */
export function ConnectionSettings() {
  const canChange = useCan("contributor");
  const { data, error } = useConnections();
  const [adding, setAdding] = useState(false);
  const add = canChange ? (
    <Button variant="primary" size="sm" onClick={() => setAdding(true)}>
      <Plus aria-hidden />
      New connection
    </Button>
  ) : null;
  return (
    <Section title="Connections" actions={add}>
      {error === null ? null : <Callout title={error.message} />}
      {data === undefined ? (
        error === null ? (
          <TableSkeleton rows={3} label="Loading connections" />
        ) : null
      ) : data.items.length === 0 ? (
        <EmptyState
          icon={<PlugZap />}
          title="No connection yet"
          sentence={`A connection lets deployments and environments use images of a private registry, and models be imported from S3 storage.${canChange ? "" : " Contributors add them."}`}
        />
      ) : (
        <ConnectionTable items={data.items} canChange={canChange} />
      )}
      {adding ? <ConnectionForm connection={null} onClose={() => setAdding(false)} /> : null}
    </Section>
  );
}
