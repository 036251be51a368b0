"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Dialog } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Input, Select } from "#components/ui/input";
import { createClientKeyAction } from "#server/actions/endpoints";
import type { ClientKeySecretDto } from "#server/contract/client-key";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { LimitFields } from "./limit-fields";
import { lifetimes, limitOf } from "./words";

interface CreateProps {
  readonly endpoint: string;
  readonly onClose: () => void;
  readonly onCreated: (made: ClientKeySecretDto) => void;
}

/** Asks for a name and what the key may do. */
export function CreateClientKey({ endpoint, onClose, onCreated }: CreateProps) {
  const [name, setName] = useState("");
  const [lifetime, setLifetime] = useState(1);
  const [draft, setDraft] = useState({ rate: "", quota: "", mayPin: false });
  const create = useAction(createClientKeyAction, { invalidates: () => [queryKeys.clientKeys(endpoint)], onSuccess: onCreated });
  const submit = () => {
    const ms = lifetimes[lifetime]?.ms ?? null;
    create.mutate({
      endpoint,
      name: name.trim(),
      mayPin: draft.mayPin,
      expiresAt: ms === null ? null : Date.now() + ms,
      ratePerSecond: limitOf(draft.rate),
      dailyQuota: limitOf(draft.quota),
    });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New client key"
      description="One key for each caller: limited, rotated and revoked without the others noticing."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-client-key" busy={create.isPending} disabled={name.trim() === ""}>
            Create
          </Button>
        </>
      }
    >
      <form
        id="new-client-key"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Name" hint="Who calls. Rows of requests show it.">
            {(control) => (
              <Input
                {...control}
                value={name}
                onChange={(event) => setName(event.target.value)}
                maxLength={64}
                required
                placeholder="batch-jobs"
                autoComplete="off"
              />
            )}
          </Field>
          <Field label="Valid for">
            {(control) => (
              <Select {...control} value={String(lifetime)} onChange={(event) => setLifetime(Number(event.target.value))}>
                {lifetimes.map(({ text }, index) => (
                  <option key={text} value={String(index)}>
                    {text}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <LimitFields draft={draft} onChange={setDraft} />
        {create.error === null ? null : <ErrorCallout error={create.error.problem} />}
      </form>
    </Dialog>
  );
}
