"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { ConfirmDialog } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Textarea } from "#components/ui/input";
import { Card, Facts, Section } from "#components/ui/page";
import { PairsEditor } from "#components/ui/pairs-editor";
import { Time } from "#components/ui/time";
import { deleteEndpointAction, updateEndpointAction } from "#server/actions/endpoints";
import type { EndpointDto } from "#server/contract/endpoint";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useEndpoint } from "../queries/use-endpoints";
import { RoutingForm } from "../routing-options/routing-form";
import { plural } from "../ui/format";
import { pairsToRecord, recordToPairs } from "../ui/pairs";
import { AuthModeForm } from "./auth-mode";
import { authModeWords } from "./auth-mode-words";

function Description({ endpoint }: { readonly endpoint: EndpointDto }) {
  const [description, setDescription] = useState(endpoint.description);
  const [tags, setTags] = useState(recordToPairs(endpoint.tags));
  const update = useAction(updateEndpointAction, { invalidates: () => [queryKeys.endpoints()], success: "Saved" });
  return (
    <form
      className="flex max-w-160 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        update.mutate({ endpoint: endpoint.name, generation: endpoint.generation, description, tags: pairsToRecord(tags) });
      }}
    >
      <Field label="Description" optional>
        {(control) => <Textarea {...control} value={description} onChange={(event) => setDescription(event.target.value)} maxLength={2000} />}
      </Field>
      <PairsEditor legend="Tags" addLabel="Add a tag" pairs={tags} onChange={setTags} namePlaceholder="team" />
      {update.error === null ? null : <ErrorCallout error={update.error.problem} />}
      <Button type="submit" className="self-start" busy={update.isPending}>
        Save
      </Button>
    </form>
  );
}

function Deletion({ endpoint }: { readonly endpoint: EndpointDto }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const remove = useAction(deleteEndpointAction, {
    invalidates: () => [queryKeys.endpoints()],
    success: `${endpoint.name} is being deleted`,
    onSuccess: () => router.push("/endpoints"),
  });
  return (
    <div className="flex flex-col items-start gap-2">
      <p className="text-muted">
        The address stops answering, both keys are lost, and {plural(endpoint.deployments.length, "deployment")} with all instances go. Models, environments and
        past costs stay.
      </p>
      <Button variant="danger" onClick={() => setOpen(true)}>
        Delete {endpoint.name}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Delete ${endpoint.name}`}
        consequence={
          <>
            Callers of <code className="break-all">{endpoint.scoringUri}</code> are refused at once. {plural(endpoint.deployments.length, "deployment")} and
            both keys are lost. This cannot be undone.
          </>
        }
        confirmLabel="Delete the endpoint"
        typeName={endpoint.name}
        busy={remove.isPending || remove.isSuccess}
        error={remove.error === null ? null : <ErrorCallout error={remove.error.problem} />}
        onConfirm={(confirmName) => remove.mutate({ endpoint: endpoint.name, confirmName })}
      />
    </div>
  );
}

/** What an endpoint is called and belongs to, and its end. */
export function EndpointSettings({ initial }: { readonly initial: EndpointDto }) {
  const { data: endpoint = initial } = useEndpoint(initial.name, initial);
  const canWrite = useCan("contributor");
  return (
    <div className="flex flex-col gap-6">
      <Section title="Identity">
        <Card>
          <Facts
            facts={[
              { name: "Owner", value: endpoint.owner.name },
              { name: "Sign-in", value: authModeWords[endpoint.authMode].text },
              { name: "Scoring", value: <code className="text-sm break-all">{endpoint.scoringUri}</code> },
              { name: "Swagger", value: <code className="text-sm break-all">{endpoint.swaggerUri}</code> },
              { name: "Resource", value: <code className="text-sm break-all text-muted">{endpoint.resourceId}</code> },
              { name: "Created", value: <Time at={endpoint.createdAt} /> },
              {
                name: "Generation",
                value: (
                  <span className="num">
                    {endpoint.generation}, in force {endpoint.observedGeneration}
                  </span>
                ),
              },
            ]}
          />
        </Card>
      </Section>
      {canWrite ? (
        <>
          <Section title="Description and tags">
            <Card>
              <Description key={endpoint.id} endpoint={endpoint} />
            </Card>
          </Section>
          <Section title="Sign-in of callers">
            <Card>
              <AuthModeForm key={endpoint.authMode} endpoint={endpoint} />
            </Card>
          </Section>
        </>
      ) : null}
      <Section title="Where calls go">
        <Card>
          <RoutingForm endpoint={endpoint} />
        </Card>
      </Section>
      {canWrite ? (
        <Section title="Delete">
          <Card>
            <Deletion endpoint={endpoint} />
          </Card>
        </Section>
      ) : null}
    </div>
  );
}
