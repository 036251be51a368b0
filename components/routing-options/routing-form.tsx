"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { updateRoutingAction } from "#server/actions/endpoints";
import type { EndpointDto } from "#server/contract/endpoint";
import { programmedSentence } from "../endpoints/receipt";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { AnswerSetting } from "./answer-setting";
import { CorsSetting } from "./cors-setting";
import { PinSetting } from "./pin-setting";
import { draftOf, problemsOf, sameWish, wishOf, type RoutingEdit } from "./prepare/draft";
import { StickySetting } from "./sticky-setting";

interface StatusProps {
  readonly endpoint: EndpointDto;
  readonly mayWrite: boolean;
  readonly dirty: boolean;
  /** Somebody else changed the settings since the first field was touched. */
  readonly overtaken: boolean;
}

function Status({ endpoint, mayWrite, dirty, overtaken }: StatusProps) {
  const sentence = overtaken
    ? "Somebody changed this meanwhile. Apply puts yours in its place, Discard shows theirs."
    : dirty
      ? "Not in force yet."
      : programmedSentence(endpoint);
  return (
    <p className="min-w-0 flex-1 basis-60 text-sm text-muted" role="status">
      {sentence}
      {mayWrite ? null : " Your role, reader, sees these settings; a contributor changes them."}
    </p>
  );
}

/** How an endpoint treats its callers beside the split. Nothing is sent before Apply. */
export function RoutingForm({ endpoint }: { readonly endpoint: EndpointDto }) {
  const client = useQueryClient();
  const mayWrite = useCan("contributor");
  const [edit, setEdit] = useState<RoutingEdit | null>(null);
  const held = draftOf(endpoint.routing);
  const draft = edit?.draft ?? held;
  const dirty = !sameWish(draft, held);
  const problems = problemsOf(draft);
  const key = queryKeys.endpoint(endpoint.name);
  const apply = useAction(updateRoutingAction, {
    invalidates: () => [queryKeys.endpoints()],
    onSuccess: (data) => {
      client.setQueryData(key, data);
      setEdit(null);
    },
    success: "Where calls go was changed.",
  });
  const change = (next: RoutingEdit["draft"]) => setEdit({ draft: next, base: edit?.base ?? endpoint.routing });
  const status = { endpoint, mayWrite, dirty, overtaken: edit !== null && dirty && !sameWish(draftOf(edit.base), held) };
  return (
    <form
      className="flex max-w-160 flex-col gap-3"
      aria-label="Where calls go"
      onSubmit={(event) => {
        event.preventDefault();
        apply.mutate({ endpoint: endpoint.name, generation: endpoint.generation, ...wishOf(draft) });
      }}
    >
      <fieldset disabled={!mayWrite} className="min-w-0 divide-y divide-line border-b border-line">
        <StickySetting draft={draft} problems={problems} onChange={change} disabled={!mayWrite} />
        <CorsSetting draft={draft} problems={problems} onChange={change} />
        <PinSetting draft={draft} onChange={change} endpoint={endpoint} />
        <AnswerSetting draft={draft} onChange={change} disabled={!mayWrite} />
      </fieldset>
      {apply.error === null ? null : <ErrorCallout error={apply.error.problem} />}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Status {...status} />
        <div className="flex items-center gap-2">
          {dirty ? (
            <Button disabled={apply.isPending} onClick={() => setEdit(null)}>
              Discard
            </Button>
          ) : null}
          <Button type="submit" variant="primary" disabled={!mayWrite || !dirty || Object.keys(problems).length > 0} busy={apply.isPending}>
            Apply
          </Button>
        </div>
      </div>
    </form>
  );
}
