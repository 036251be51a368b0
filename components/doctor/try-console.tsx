"use client";
import { Play } from "lucide-react";
import { useState } from "react";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Field } from "#components/ui/field";
import { Textarea } from "#components/ui/input";
import { useNow } from "#components/ui/time";
import { closeTrialAction, openTrialAction, tryScoreAction } from "#server/actions/doctor";
import type { DoctorRunDto } from "#server/contract/doctor";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { prettyBody } from "../scoring/json";
import { formatDuration, formatMs } from "../ui/format";

function Sender({ run }: { readonly run: DoctorRunDto }) {
  const [body, setBody] = useState(run.sample?.body ?? "{}");
  const send = useAction(tryScoreAction);
  return (
    <>
      <Field label="Request to try">
        {(control) => (
          <Textarea {...control} rows={6} spellCheck={false} value={body} onChange={(event) => setBody(event.target.value)} className="font-mono text-sm" />
        )}
      </Field>
      <div>
        <Button variant="primary" busy={send.isPending} onClick={() => send.mutate({ id: run.id, body })}>
          <Play aria-hidden />
          Send
        </Button>
      </div>
      {send.error === null ? null : <ErrorCallout error={send.error.problem} />}
      {send.data === undefined ? null : (
        <div className="flex flex-col gap-1">
          <p className="flex items-center gap-2 text-muted">
            <Badge tone={send.data.status < 300 ? "ok" : "bad"}>{send.data.status}</Badge>
            <span className="num">{formatMs(send.data.totalMs)}</span>
          </p>
          <pre
            aria-label="Answer of the trial"
            tabIndex={0}
            className="scroll-thin max-h-80 overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-sm"
          >
            {prettyBody(send.data.body)}
          </pre>
        </div>
      )}
    </>
  );
}

/** The trial's container again for ten minutes, to send requests to; no gateway knows it. */
export function TryConsole({ run }: { readonly run: DoctorRunDto }) {
  const now = useNow();
  const invalidates = () => [queryKeys.doctorRun(run.id)];
  const open = useAction(openTrialAction, { invalidates });
  const close = useAction(closeTrialAction, { invalidates });
  const { state, until, message } = run.console;
  const error = open.error ?? close.error;
  const running = state === "Starting" || state === "Open";
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        {running ? (
          <Button onClick={() => close.mutate({ id: run.id })} busy={close.isPending}>
            End the trial
          </Button>
        ) : (
          <Button onClick={() => open.mutate({ id: run.id })} busy={open.isPending} disabled={run.state !== "Finished" || run.phase !== "ended"}>
            Try it
          </Button>
        )}
        <span className="text-muted" suppressHydrationWarning>
          {state === "Starting" ? "The container starts…" : null}
          {state === "Open" && until !== null ? `Kept for another ${formatDuration(Math.max(0, until - now))}.` : null}
          {state === "Ended" ? (message ?? "The container is gone.") : null}
          {state === "None" ? "Starts the container alone for ten minutes; no caller from outside reaches it." : null}
        </span>
      </div>
      {error === null ? null : <ErrorCallout error={error.problem} />}
      {state === "Open" ? <Sender run={run} /> : null}
    </div>
  );
}
