"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Choice } from "#components/ui/choice";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { Card } from "#components/ui/page";
import { updateLimitsAction } from "#server/actions/endpoints";
import type { LimitsReport } from "#server/contract/limits";
import { limitNames, type LimitName } from "#server/domain/endpoint/limits";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { LimitRefusals, LimitUse } from "./limit-use";
import { choiceOf, draftOfPreset, limitFields, limitsOf, problemsOf } from "./prepare/draft";
import { useLimitsEdit } from "./use-limits-edit";

interface LineProps {
  readonly name: LimitName;
  readonly value: string;
  readonly problem: string | undefined;
  readonly report: LimitsReport;
  readonly disabled: boolean;
  readonly onChange: (value: string) => void;
}

const columns = "grid grid-cols-2 gap-x-6 gap-y-2 lg:grid-cols-[26rem_16rem_minmax(0,1fr)]";

function LimitLine({ name, value, problem, report, disabled, onChange }: LineProps) {
  const { label, hint, unit } = limitFields[name];
  return (
    <li className={`${columns} items-start py-3`}>
      <Field label={`${label}, ${unit}`} hint={hint} error={problem} className="col-span-2 lg:col-span-1">
        {(control) => (
          <Input
            {...control}
            className="num max-w-48"
            inputMode="decimal"
            placeholder="no limit"
            value={value}
            disabled={disabled}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      <div className="flex min-w-0 flex-col gap-1 text-sm">
        <span className="text-faint">Now</span>
        <LimitUse name={name} label={label} report={report} />
      </div>
      <div className="flex min-w-0 flex-col gap-1 text-sm">
        <span className="text-faint">Refused, last hour</span>
        <LimitRefusals name={name} report={report} />
      </div>
    </li>
  );
}

interface LimitsFormProps {
  readonly endpoint: string;
  readonly report: LimitsReport;
}

/** The limits with what is taken of them. Nothing is sent before Apply. */
export function LimitsForm({ endpoint, report }: LimitsFormProps) {
  const client = useQueryClient();
  const { draft, dirty, overtaken, change, discard } = useLimitsEdit(endpoint, report.limits);
  const mayWrite = useCan("contributor");
  const apply = useAction(updateLimitsAction, {
    invalidates: () => [queryKeys.limits(endpoint), queryKeys.endpoint(endpoint), queryKeys.endpoints()],
    onSuccess: ({ limits, limitPreset: preset, generation }) => {
      client.setQueryData<LimitsReport>(queryKeys.limits(endpoint), { ...report, limits, preset, generation });
      discard();
    },
    success: "The limits were changed.",
  });
  const problems = problemsOf(draft);
  const choice = choiceOf(draft);
  const send = () => apply.mutate({ endpoint, generation: report.generation, limits: { ...limitsOf(draft) } });
  return (
    <Card className="flex flex-col gap-3">
      <Choice
        legend="Begin with"
        value={choice}
        onChange={(value) => (value === "own" ? undefined : change(draftOfPreset(value)))}
        options={[
          { value: "none", text: "No limits", disabled: !mayWrite },
          { value: "azure", text: "Azure's", disabled: !mayWrite },
          { value: "own", text: "Own", disabled: choice !== "own" },
        ]}
      />
      <ul className="divide-y divide-line border-y border-line" aria-label="Limits">
        {limitNames.map((name) => (
          <LimitLine
            key={name}
            name={name}
            value={draft[name]}
            problem={problems[name]}
            report={report}
            disabled={!mayWrite}
            onChange={(value) => change({ [name]: value })}
          />
        ))}
      </ul>
      {apply.error === null ? null : <ErrorCallout error={apply.error.problem} />}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 text-sm text-muted" role="status">
          {!mayWrite
            ? "Your role, reader, sees the limits; a contributor changes them."
            : dirty && overtaken
              ? "Somebody changed the limits meanwhile. Apply puts yours in their place, Discard shows theirs."
              : dirty
                ? "Not in force yet: calls under way are not touched by a change."
                : "All of this is in force."}
        </p>
        <div className="flex items-center gap-2">
          {dirty ? (
            <Button disabled={apply.isPending} onClick={discard}>
              Discard
            </Button>
          ) : null}
          <Button variant="primary" disabled={!mayWrite || !dirty || Object.keys(problems).length > 0} busy={apply.isPending} onClick={send}>
            Apply
          </Button>
        </div>
      </div>
    </Card>
  );
}
