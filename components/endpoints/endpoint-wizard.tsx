"use client";
import { KeyRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ErrorCallout } from "#components/ui/callout";
import { Field } from "#components/ui/field";
import { Input, Radio, Textarea } from "#components/ui/input";
import { Card, Facts } from "#components/ui/page";
import { PairsEditor, type Pair } from "#components/ui/pairs-editor";
import { ReviewText } from "#components/ui/review-text";
import { Wizard } from "#components/ui/wizard";
import { createEndpointAction } from "#server/actions/endpoints";
import { createEndpointSchema } from "#server/contract/endpoint";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useEndpointNameAvailable } from "../queries/use-availability";
import { errorsOf, fieldErrors } from "../ui/field-errors";
import { pairsToRecord } from "../ui/pairs";
import { useDraft } from "../ui/use-draft";

interface Draft {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly Pair[];
  readonly step: number;
  readonly reached: number;
}

const blank: Draft = { name: "", description: "", tags: [], step: 0, reached: 0 };

function Basics({
  draft,
  change,
  nameError,
  nameHint,
}: {
  readonly draft: Draft;
  readonly change: (changes: Partial<Draft>) => void;
  readonly nameError: string | null;
  readonly nameHint: string;
}) {
  return (
    <>
      <Field label="Name" error={draft.name === "" ? null : nameError} hint={nameHint}>
        {(control) => (
          <Input
            {...control}
            autoFocus
            required
            value={draft.name}
            onChange={(event) => change({ name: event.target.value })}
            autoComplete="off"
            spellCheck={false}
            maxLength={64}
            placeholder="house-prices"
            className="max-w-100"
          />
        )}
      </Field>
      <Field label="Description" optional hint="For the people who find it in the list.">
        {(control) => <Textarea {...control} value={draft.description} onChange={(event) => change({ description: event.target.value })} maxLength={2000} />}
      </Field>
      <PairsEditor legend="Tags" addLabel="Add a tag" pairs={draft.tags} onChange={(tags) => change({ tags })} namePlaceholder="team" />
    </>
  );
}

function Authentication() {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 text-sm text-muted">How callers prove who they are to the gateway.</legend>
      <label className="flex gap-3 rounded-lg border border-accent bg-accent-soft/60 p-3">
        <Radio name="auth" checked readOnly className="mt-0.5" />
        <span>
          <span className="flex items-center gap-1.5 font-medium">
            <KeyRound aria-hidden className="size-3.5" />
            Key
          </span>
          <span className="text-muted">
            Two keys are made at once, so that one can be renewed while the other works. Gateways get hashes only. Callers send{" "}
            <code>Authorization: Bearer …</code>
          </span>
        </span>
      </label>
      <p className="text-muted">The address is served with TLS by the gateway on this host and can be reached by whoever reaches the gateway&apos;s port.</p>
    </fieldset>
  );
}

/** Three short steps to an address. */
export function EndpointWizard() {
  const router = useRouter();
  const { draft, change, clear } = useDraft<Draft>("sluice.new-endpoint", blank);
  const [sent, setSent] = useState(false);
  const body = { name: draft.name, description: draft.description, authMode: "key" as const, tags: pairsToRecord(draft.tags) };
  const errors = fieldErrors(createEndpointSchema, body);
  const available = useEndpointNameAvailable(draft.name, errors["name"] === undefined && draft.name !== "" && !sent);
  const nameError = errors["name"] ?? (available === false ? "This name is taken." : null);
  const create = useAction(createEndpointAction, {
    invalidates: () => [queryKeys.endpoints()],
    onSuccess: (endpoint) => {
      clear();
      router.push(`/endpoints/${endpoint.name}`);
    },
    success: (endpoint) => `${endpoint.name} is being created`,
  });
  const basicProblems = [...(nameError === null ? [] : [nameError]), ...errorsOf(errors, ["description", "tags"])];
  return (
    <Wizard
      label="Steps to a new endpoint"
      current={draft.step}
      reached={draft.reached}
      onStep={(step) => change({ step, reached: Math.max(step, draft.reached) })}
      busy={create.isPending || create.isSuccess}
      submitLabel="Create endpoint"
      onSubmit={() => {
        setSent(true);
        create.mutate(body);
      }}
      error={create.error === null ? null : <ErrorCallout error={create.error.problem} />}
      steps={[
        {
          title: "Basics",
          problems: basicProblems,
          body: (
            <Basics
              draft={draft}
              change={change}
              nameError={nameError}
              nameHint={
                available === true ? `${draft.name} is free.` : "3 to 32 letters, digits and single dashes. It is part of the address and cannot be changed."
              }
            />
          ),
        },
        { title: "Authentication", problems: [], body: <Authentication /> },
        { title: "Review", problems: [], body: <ReviewText method="POST" path="/endpoints" body={body} /> },
      ]}
      summary={
        <Card>
          <h3 className="pb-2 font-semibold">What will be made</h3>
          <Facts
            facts={[
              { name: "Name", value: draft.name === "" ? "–" : draft.name },
              { name: "Path", value: <code className="text-sm break-all">/endpoints/{draft.name === "" ? "…" : draft.name}/score</code> },
              { name: "Sign-in", value: "Two keys" },
              { name: "Cost", value: "Nothing until a deployment runs" },
            ]}
          />
        </Card>
      }
    />
  );
}
