"use client";
import { Field } from "#components/ui/field";
import { Checkbox, Input } from "#components/ui/input";
import { mostDailyRequests, mostRequestsPerSecond } from "#server/domain/endpoint/client-key";

export interface LimitDraft {
  readonly rate: string;
  readonly quota: string;
  readonly mayPin: boolean;
}

/** What a key may do, as one types it; an empty field is no limit. */
export function LimitFields({ draft, onChange }: { readonly draft: LimitDraft; readonly onChange: (draft: LimitDraft) => void }) {
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Requests a second" optional hint="All gateways together.">
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              max={mostRequestsPerSecond}
              value={draft.rate}
              onChange={(event) => onChange({ ...draft, rate: event.target.value })}
              placeholder="no limit"
              className="num"
            />
          )}
        </Field>
        <Field label="Requests a day" optional hint="Days end at midnight UTC.">
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              max={mostDailyRequests}
              value={draft.quota}
              onChange={(event) => onChange({ ...draft, quota: event.target.value })}
              placeholder="no limit"
              className="num"
            />
          )}
        </Field>
      </div>
      <label className="flex items-start gap-2">
        <Checkbox className="mt-0.75" checked={draft.mayPin} onChange={(event) => onChange({ ...draft, mayPin: event.target.checked })} />
        <span>
          May choose a deployment
          <span className="block text-sm text-faint">
            With <code className="break-all">azureml-model-deployment</code>, whatever the traffic says.
          </span>
        </span>
      </label>
    </>
  );
}
