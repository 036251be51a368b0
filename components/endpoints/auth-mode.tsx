"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Callout, ErrorCallout } from "#components/ui/callout";
import { Choice } from "#components/ui/choice";
import { ConfirmDialog } from "#components/ui/dialog";
import { Time } from "#components/ui/time";
import { updateEndpointAction } from "#server/actions/endpoints";
import type { EndpointDto } from "#server/contract/endpoint";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { authModeWords } from "./auth-mode-words";

type Mode = EndpointDto["authMode"];
const modes = Object.keys(authModeWords) as Mode[];
const overlaps = [
  { value: "0", text: "No time" },
  { value: "3600", text: "1 hour" },
  { value: "86400", text: "1 day" },
  { value: "604800", text: "7 days" },
] as const;

/** What goes on beside the mode, while it does. */
export function Overlap({ overlap }: { readonly overlap: EndpointDto["authOverlap"] }) {
  if (overlap === null) return null;
  return (
    <Callout tone="info" title={`${authModeWords[overlap.mode].callers} are still accepted`}>
      This ends <Time at={overlap.until} />.
    </Callout>
  );
}

/** How callers say who they are; a change lets what counted before go on for a while, so that no call fails. */
export function AuthModeForm({ endpoint }: { readonly endpoint: EndpointDto }) {
  const [mode, setMode] = useState(endpoint.authMode);
  const [overlap, setOverlap] = useState<(typeof overlaps)[number]["value"]>("3600");
  const [asking, setAsking] = useState(false);
  const update = useAction(updateEndpointAction, {
    invalidates: () => [queryKeys.endpoints()],
    success: "The sign-in of callers was changed",
    onSuccess: () => setAsking(false),
  });
  const same = mode === endpoint.authMode;
  return (
    <div className="flex max-w-160 flex-col items-start gap-4">
      <Overlap overlap={endpoint.authOverlap} />
      <Choice legend="Callers send" value={mode} onChange={setMode} options={modes.map((value) => ({ value, text: authModeWords[value].text }))} />
      <p className="text-muted">{authModeWords[mode].sentence}</p>
      {same ? null : <Choice legend={`${authModeWords[endpoint.authMode].callers} go on for`} value={overlap} onChange={setOverlap} options={overlaps} />}
      <Button variant="primary" disabled={same} onClick={() => setAsking(true)}>
        Change the sign-in
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Change the sign-in of ${endpoint.name}`}
        consequence={
          overlap === "0"
            ? `${authModeWords[endpoint.authMode].callers} are refused as soon as the gateways know, within a second or two.`
            : `${authModeWords[mode].callers} are accepted at once, and ${authModeWords[endpoint.authMode].callers.toLowerCase()} go on for ${overlaps.find(({ value }) => value === overlap)?.text.toLowerCase() ?? ""}. Move all callers within that time.`
        }
        confirmLabel="Change the sign-in"
        variant={overlap === "0" ? "destructive" : "primary"}
        busy={update.isPending}
        error={update.error === null ? undefined : <ErrorCallout error={update.error.problem} />}
        onConfirm={() => update.mutate({ endpoint: endpoint.name, generation: endpoint.generation, authMode: mode, authOverlapSeconds: Number(overlap) })}
      />
    </div>
  );
}
