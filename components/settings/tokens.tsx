"use client";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useMe } from "#components/shell/me";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { Callout, ErrorCallout } from "#components/ui/callout";
import { CodeBlock } from "#components/ui/code-block";
import { ConfirmDialog, Dialog } from "#components/ui/dialog";
import { EmptyState } from "#components/ui/empty-state";
import { Field } from "#components/ui/field";
import { Input, Select } from "#components/ui/input";
import { Section } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/skeleton";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import { createTokenAction, revokeTokenAction } from "#server/actions/access";
import { roleSchema, roles, type TokenDto } from "#server/contract/access";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useTokens } from "../queries/use-access";

const lifetimes = [
  { days: "30", text: "30 days" },
  { days: "90", text: "90 days" },
  { days: "365", text: "a year" },
  { days: "", text: "no end" },
];

function Secret({ secret, onClose }: { readonly secret: string; readonly onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Your new token"
      description="Copy it now: it is kept as a hash and cannot be shown again."
      footer={
        <Button variant="primary" onClick={onClose}>
          I have copied it
        </Button>
      }
    >
      <CodeBlock label="token" code={secret} wrap />
    </Dialog>
  );
}

function CreateToken({ onClose, onCreated }: { readonly onClose: () => void; readonly onCreated: (secret: string) => void }) {
  const me = useMe();
  const [name, setName] = useState("");
  const [role, setRole] = useState(me.role);
  const [days, setDays] = useState("90");
  const create = useAction(createTokenAction, { invalidates: () => [queryKeys.tokens()], onSuccess: ({ secret }) => onCreated(secret) });
  const allowed = roles.slice(0, roles.indexOf(me.role) + 1);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New access token"
      description="For scripts and pipelines: sent as “Authorization: Bearer …” to the management API."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-token" busy={create.isPending} disabled={name.trim() === ""}>
            Create
          </Button>
        </>
      }
    >
      <form
        id="new-token"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ name: name.trim(), role, expiresInDays: days === "" ? null : Number(days) });
        }}
      >
        <Field label="Name" hint="What it is for.">
          {(control) => <Input {...control} value={name} onChange={(event) => setName(event.target.value)} maxLength={100} required placeholder="ci" />}
        </Field>
        <div className="grid grid-cols-2 gap-3">
          <Field label="Role">
            {(control) => (
              <Select {...control} value={role} onChange={(event) => setRole(roleSchema.parse(event.target.value))}>
                {allowed.map((item) => (
                  <option key={item}>{item}</option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Valid for">
            {(control) => (
              <Select {...control} value={days} onChange={(event) => setDays(event.target.value)}>
                {lifetimes.map((item) => (
                  <option key={item.days} value={item.days}>
                    {item.text}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        {create.error === null ? null : <ErrorCallout error={create.error.problem} />}
      </form>
    </Dialog>
  );
}

function Revoke({ token }: { readonly token: TokenDto }) {
  const [open, setOpen] = useState(false);
  const revoke = useAction(revokeTokenAction, {
    invalidates: () => [queryKeys.tokens()],
    onSuccess: () => setOpen(false),
    success: `${token.name} is revoked`,
  });
  return (
    <>
      <Button size="sm" variant="danger" onClick={() => setOpen(true)} aria-label={`Revoke ${token.name}`}>
        Revoke
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Revoke ${token.name}?`}
        consequence="Whatever uses it is refused from now on. This cannot be undone."
        confirmLabel="Revoke"
        busy={revoke.isPending}
        error={revoke.error === null ? null : <ErrorCallout error={revoke.error.problem} />}
        onConfirm={() => revoke.mutate({ id: token.id })}
      />
    </>
  );
}

/** Personal access tokens. */
export function TokenSettings() {
  const { data, error } = useTokens();
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const add = (
    <Button variant="primary" size="sm" onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      New token
    </Button>
  );
  return (
    <Section title="Access tokens" actions={add}>
      {error === null ? null : <Callout title={error.message} />}
      {data === undefined ? (
        error === null ? (
          <TableSkeleton rows={3} label="Loading tokens" />
        ) : null
      ) : data.items.length === 0 ? (
        <EmptyState
          icon={<KeyRound />}
          title="No token yet"
          sentence="A token lets a script do what you may do, or less."
          command={`curl -H "authorization: Bearer $SLUICE_TOKEN" "$SLUICE_STUDIO/api/v1/me"`}
        />
      ) : (
        <Table label="Access tokens">
          <TableHead>
            <tr>
              <Th>Name</Th>
              <Th>Role</Th>
              <Th>Last used</Th>
              <Th>Ends</Th>
              <Th>Made</Th>
              <Th>
                <span className="sr-only">Actions</span>
              </Th>
            </tr>
          </TableHead>
          <TableBody>
            {data.items.map((token) => (
              <Tr key={token.id}>
                <Td className="font-medium">{token.name}</Td>
                <Td>
                  <Badge>{token.role}</Badge>
                </Td>
                <Td className="text-muted">{token.lastUsedAt === null ? "never" : <Time at={token.lastUsedAt} />}</Td>
                <Td className="text-muted">{token.expiresAt === null ? "never" : <Time at={token.expiresAt} />}</Td>
                <Td className="text-muted">
                  <Time at={token.createdAt} />
                </Td>
                <Td numeric>
                  <Revoke token={token} />
                </Td>
              </Tr>
            ))}
          </TableBody>
        </Table>
      )}
      {creating ? (
        <CreateToken
          onClose={() => setCreating(false)}
          onCreated={(value) => {
            setCreating(false);
            setSecret(value);
          }}
        />
      ) : null}
      {secret === null ? null : <Secret secret={secret} onClose={() => setSecret(null)} />}
    </Section>
  );
}
