"use client";
import { useState } from "react";
import { useMe } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { Callout, ErrorCallout } from "#components/ui/callout";
import { Field } from "#components/ui/field";
import { Input, Select } from "#components/ui/input";
import { Card, Facts, Section } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/skeleton";
import { Time } from "#components/ui/time";
import { updateCallerProviderAction } from "#server/actions/access";
import type { CallerProviderDto } from "#server/contract/caller-provider";
import { permissionClaims } from "#server/domain/token/types";
import { queryKeys } from "../queries/keys";
import { ApiError } from "../queries/fetcher";
import { useAction } from "../queries/use-action";
import { useCallerProvider } from "../queries/use-access";

type Provider = NonNullable<CallerProviderDto["provider"]>;

function Known({ provider }: { readonly provider: Provider }) {
  const { issuer, audience, permission, keys, readAt, failure } = provider;
  return (
    <>
      {failure === null ? null : (
        <Callout tone="warn" title="The provider's keys could not be read" hint="Known keys go on. It is tried again every half minute.">
          {failure}
        </Callout>
      )}
      <Card>
        <Facts
          facts={[
            { name: "Issuer", value: <code className="text-sm break-all">{issuer}</code> },
            { name: "Audience", value: <code className="text-sm break-all">{audience}</code> },
            { name: "Permission", value: permission === null ? "every token of the issuer and audience" : `${permission.value} in ${permission.claim}` },
            { name: "Keys", value: keys.length === 0 ? "none yet" : <code className="text-sm break-all">{keys.join(", ")}</code> },
            { name: "Read", value: readAt === null ? "not yet" : <Time at={readAt} /> },
          ]}
        />
      </Card>
    </>
  );
}

function ProviderForm({ provider }: { readonly provider: Provider | null }) {
  const [issuer, setIssuer] = useState(provider?.issuer ?? "");
  const [audience, setAudience] = useState(provider?.audience ?? "");
  const [claim, setClaim] = useState(provider?.permission?.claim ?? (provider === null ? "roles" : ""));
  const [value, setValue] = useState(provider?.permission?.value ?? "");
  const save = useAction(updateCallerProviderAction, { invalidates: () => [queryKeys.callerProvider()], success: "Saved" });
  const known = permissionClaims.find((one) => one === claim);
  const permission = known === undefined ? null : { claim: known, value };
  return (
    <form
      className="flex max-w-160 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ provider: { issuer, audience, permission } });
      }}
    >
      <Field label="Issuer" hint="The address that its tokens name as iss, to the letter.">
        {(control) => <Input {...control} value={issuer} onChange={(event) => setIssuer(event.target.value)} required placeholder="https://id.example.com" />}
      </Field>
      <Field label="Audience" hint="What its tokens for these endpoints name as aud.">
        {(control) => <Input {...control} value={audience} onChange={(event) => setAudience(event.target.value)} required placeholder="api://scoring" />}
      </Field>
      <Field label="Permission to score" hint="The claim that holds it.">
        {(control) => (
          <Select {...control} value={claim} onChange={(event) => setClaim(event.target.value)}>
            {permissionClaims.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
            <option value="">none: every token may score</option>
          </Select>
        )}
      </Field>
      {claim === "" ? null : (
        <Field label="Value" hint="What the claim must be or hold.">
          {(control) => <Input {...control} value={value} onChange={(event) => setValue(event.target.value)} required placeholder="score" />}
        </Field>
      )}
      {save.error === null ? null : <ErrorCallout error={save.error.problem} />}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" busy={save.isPending}>
          Save
        </Button>
        {provider === null ? null : <Button onClick={() => save.mutate({ provider: null })}>Take the provider away</Button>}
      </div>
    </form>
  );
}

/** The OpenID Connect provider of an organization, whose tokens endpoints can accept. */
export function CallerProviderSettings() {
  const { data, error } = useCallerProvider();
  const me = useMe();
  return (
    <Section title="Identity provider of callers">
      <p className="text-muted">
        Endpoints whose sign-in is “Tokens of an identity provider” accept its tokens. Gateways verify them by its public keys alone.
      </p>
      {error instanceof ApiError ? <ErrorCallout error={error.problem} /> : null}
      {data === undefined ? error === null ? <TableSkeleton rows={3} label="Loading the provider" /> : null : null}
      {data?.provider == null ? null : <Known provider={data.provider} />}
      {data === undefined ? null : me.role === "owner" ? (
        <Card>
          <ProviderForm key={data.provider?.issuer ?? ""} provider={data.provider} />
        </Card>
      ) : data.provider === null ? (
        <p className="text-muted">None is named. An owner of the workspace can name one.</p>
      ) : null}
    </Section>
  );
}
