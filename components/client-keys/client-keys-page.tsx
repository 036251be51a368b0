"use client";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { EmptyState } from "#components/ui/empty-state";
import { plural } from "../ui/format";
import { Checkbox } from "#components/ui/input";
import { Section } from "#components/ui/page";
import type { ClientKeyDto, ClientKeySecretDto } from "#server/contract/client-key";
import type { Page } from "#server/contract/common";
import { useClientKeys } from "../queries/use-client-keys";
import { useGateways } from "../queries/use-compute";
import { CreateClientKey } from "./create-client-key";
import { EditLimits } from "./edit-limits";
import { RevokeKey, RotateKey } from "./end-key";
import { KeyCalls } from "./key-calls";
import { KeySecret } from "./key-secret";
import { NewestCalls } from "./newest-calls";
import { KeysTable, type KeyDeed } from "./keys-table";

/** Gateways that nothing new reaches: what is revoked now goes on there. */
function StaleGateways() {
  const { data } = useGateways();
  const stale = (data?.items ?? []).filter(({ state }) => state === "stale");
  if (stale.length === 0) return null;
  return (
    <Callout
      tone="warn"
      title={`${plural(stale.length, "gateway")} cut off: ${stale.map(({ name }) => name).join(", ")}`}
      hint="Expiry holds there all the same; what is made, changed or revoked arrives when it is connected again."
    />
  );
}

type Open = { readonly deed: KeyDeed; readonly item: ClientKeyDto } | null;

function Deeds({
  endpoint,
  open,
  onClose,
  onSecret,
}: {
  readonly endpoint: string;
  readonly open: Open;
  readonly onClose: () => void;
  readonly onSecret: (made: ClientKeySecretDto) => void;
}) {
  if (open === null) return null;
  const { deed, item } = open;
  const shared = { endpoint, item, onClose };
  if (deed === "calls") return <KeyCalls endpoint={endpoint} name={item.name} onClose={onClose} />;
  if (deed === "limits") return <EditLimits {...shared} />;
  return deed === "rotate" ? <RotateKey {...shared} onRotated={onSecret} /> : <RevokeKey {...shared} />;
}

interface ClientKeysProps {
  readonly endpoint: string;
  readonly scoringUri: string;
  /** Callers have keys; otherwise those that are there are shown and no new one is offered. */
  readonly inUse: boolean;
  readonly initial: Page<ClientKeyDto>;
}

/** The named keys of an endpoint: one for each caller. */
export function ClientKeysPage({ endpoint, scoringUri, inUse, initial }: ClientKeysProps) {
  const { data } = useClientKeys(endpoint, initial);
  const items = data?.items ?? initial.items;
  const [creating, setCreating] = useState(false);
  const [withRevoked, setWithRevoked] = useState(false);
  const [open, setOpen] = useState<Open>(null);
  const [made, setMade] = useState<ClientKeySecretDto | null>(null);
  const tell = (secret: ClientKeySecretDto) => {
    setCreating(false);
    setOpen(null);
    setMade(secret);
  };
  const mayWrite = useCan("contributor");
  const add =
    mayWrite && inUse ? (
      <Button variant="primary" size="sm" onClick={() => setCreating(true)}>
        <Plus aria-hidden />
        New client key
      </Button>
    ) : null;
  const revoked = items.filter(({ state }) => state === "revoked").length;
  const shown = withRevoked ? items : items.filter(({ state }) => state !== "revoked");
  return (
    <Section title="Client keys" actions={items.length === 0 ? undefined : add}>
      <StaleGateways />
      {inUse ? null : (
        <Callout tone="info" title="Callers of this endpoint have tokens">
          So no key is offered. What callers send is chosen on the Settings page.
        </Callout>
      )}
      {items.length === 0 && inUse ? (
        <EmptyState
          icon={<KeyRound />}
          title="No client key yet"
          sentence="Give every caller a key of its own: with an end, a rate and a daily quota, and revoked alone. The primary and secondary key are on the Consume page."
          action={add}
        />
      ) : (
        <div className="flex flex-col gap-2">
          {shown.length === 0 ? (
            items.length === 0 ? null : (
              <p className="text-muted">All keys are revoked.</p>
            )
          ) : (
            <KeysTable items={shown} onDeed={(deed, item) => setOpen({ deed, item })} />
          )}
          {revoked === 0 ? null : (
            <label className="flex items-center gap-2 text-sm text-muted">
              <Checkbox checked={withRevoked} onChange={(event) => setWithRevoked(event.target.checked)} />
              Show {plural(revoked, "revoked key")}
            </label>
          )}
        </div>
      )}
      {inUse ? null : <NewestCalls endpoint={endpoint} />}
      {creating ? <CreateClientKey endpoint={endpoint} onClose={() => setCreating(false)} onCreated={tell} /> : null}
      <Deeds endpoint={endpoint} open={open} onClose={() => setOpen(null)} onSecret={tell} />
      {made === null ? null : <KeySecret name={made.key.name} secret={made.secret} scoringUri={scoringUri} onClose={() => setMade(null)} />}
    </Section>
  );
}
