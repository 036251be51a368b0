"use client";
import { Field } from "#components/ui/field";
import { Checkbox, Input, Textarea } from "#components/ui/input";
import { NumberInput } from "#components/ui/number-input";
import { PairsEditor } from "#components/ui/pairs-editor";
import type { ProbeSettings, RequestSettings } from "./draft";
import type { StepProps } from "./model-step";

interface NumberRow<T> {
  readonly name: keyof T & string;
  readonly label: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
}

const requestRows: readonly NumberRow<NumbersOf<RequestSettings>>[] = [
  { name: "maxConcurrentRequestsPerInstance", label: "Requests at once", hint: "Per instance; more are queued, then 429", min: 1, max: 1000 },
  { name: "maxQueueWaitMs", label: "Queue wait, ms", hint: "At most 180,000; then 429", min: 0, max: 180_000, step: 100 },
  { name: "requestTimeoutMs", label: "Request timeout, ms", hint: "180,000, or what the installation allows; then 408", min: 1, max: 600_000, step: 500 },
  { name: "slowStartSeconds", label: "Slow start, s", hint: "Until a new instance gets as much as the others; 0 for at once", min: 0, max: 900 },
];

const probeRows: readonly NumberRow<ProbeSettings>[] = [
  { name: "initialDelaySeconds", label: "Initial delay, s", hint: "Before the first try", min: 1, max: 3600 },
  { name: "periodSeconds", label: "Period, s", hint: "Between tries", min: 1, max: 3600 },
  { name: "timeoutSeconds", label: "Timeout, s", hint: "For one answer", min: 1, max: 3600 },
  { name: "successThreshold", label: "Successes", hint: "In a row, to be well", min: 1, max: 100 },
  { name: "failureThreshold", label: "Failures", hint: "In a row, to give up", min: 1, max: 1000 },
];

/** Those of an object's fields that are numbers. */
type NumbersOf<T> = { readonly [K in keyof T as T[K] extends number ? K : never]: number };

interface NumberFieldsProps<T> {
  readonly path: string;
  readonly legend: string;
  readonly sentence: string;
  readonly rows: readonly NumberRow<T>[];
  readonly values: T;
  readonly onChange: (changed: Partial<T>) => void;
  readonly problems: StepProps["problems"];
}

/** One object of whole numbers, a field each. */
function NumberFields<T extends Readonly<Record<string, number>>>({ path, legend, sentence, rows, values, onChange, problems }: NumberFieldsProps<T>) {
  const problem = (row: NumberRow<T>) =>
    problems[`${path}.${row.name}`] === undefined ? null : `A whole number from ${row.min.toLocaleString("en-US")} to ${row.max.toLocaleString("en-US")}.`;
  return (
    <fieldset className="min-w-0">
      <legend className="text-sm font-medium">{legend}</legend>
      <p className="pb-2 text-sm text-faint">{sentence}</p>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(7rem,1fr))] items-start gap-3">
        {rows.map((row) => (
          <Field key={row.name} label={row.label} hint={row.hint} error={problem(row)}>
            {(control) => (
              <NumberInput
                control={control}
                min={row.min}
                max={row.max}
                {...(row.step === undefined ? {} : { step: row.step })}
                value={values[row.name] ?? Number.NaN}
                onChange={(value) => onChange({ [row.name]: value } as Partial<T>)}
              />
            )}
          </Field>
        ))}
      </div>
    </fieldset>
  );
}

const under = (problems: StepProps["problems"], path: string): readonly string[] =>
  Object.entries(problems).flatMap(([at, message]) => (at === path || at.startsWith(`${path}.`) ? [message] : []));

function Problems({ messages }: { readonly messages: readonly string[] }) {
  return messages.map((message) => (
    <p key={message} className="-mt-3 text-sm text-bad">
      {message}
    </p>
  ));
}

/** How requests are held, when an instance counts as well, what its code finds, and what people should know of it. */
export function SettingsStep({ draft, change, problems }: StepProps) {
  return (
    <>
      <NumberFields
        path="requestSettings"
        legend="Requests"
        sentence="What an instance is given at once, and how long callers wait."
        rows={requestRows}
        values={draft.requestSettings}
        onChange={(changed) => change({ requestSettings: { ...draft.requestSettings, ...changed } })}
        problems={problems}
      />
      <div className="flex flex-col gap-1">
        <label className="flex items-center gap-2 font-medium">
          <Checkbox
            checked={draft.requestSettings.keepAlive}
            onChange={(event) => change({ requestSettings: { ...draft.requestSettings, keepAlive: event.target.checked } })}
            aria-describedby="keep-alive-hint"
          />
          Keep connections to instances
        </label>
        <p id="keep-alive-hint" className="text-sm text-faint">
          Cheaper for small, quick calls. A call whose instance dies while it runs may get no answer at all (its connection is closed) where it would get a 424,
          and leaves no row. Only for servers that serve several connections at once and keep idle ones for longer than callers pause.
        </p>
      </div>
      <NumberFields
        path="readinessProbe"
        legend="Readiness probe"
        sentence="Until it succeeds, and while it fails, an instance gets no requests."
        rows={probeRows}
        values={draft.readinessProbe}
        onChange={(changed) => change({ readinessProbe: { ...draft.readinessProbe, ...changed } })}
        problems={problems}
      />
      <NumberFields
        path="livenessProbe"
        legend="Liveness probe"
        sentence="An instance that fails it is replaced."
        rows={probeRows}
        values={draft.livenessProbe}
        onChange={(changed) => change({ livenessProbe: { ...draft.livenessProbe, ...changed } })}
        problems={problems}
      />
      <PairsEditor
        legend="Environment variables"
        addLabel="Add a variable"
        pairs={draft.environmentVariables}
        onChange={(environmentVariables) => change({ environmentVariables })}
        namePlaceholder="NAME"
      />
      <Problems messages={under(problems, "environmentVariables")} />
      <Field
        label="Model mount path"
        optional
        error={problems["modelMountPath"]}
        hint="Where the container finds the model, if not in the platform's own place. AZUREML_MODEL_DIR points there either way."
      >
        {(control) => (
          <Input
            {...control}
            value={draft.modelMountPath}
            onChange={(event) => change({ modelMountPath: event.target.value })}
            placeholder="/var/azureml-app/models"
            className="mono max-w-100"
            spellCheck={false}
            autoComplete="off"
          />
        )}
      </Field>
      <div className="flex flex-col gap-1">
        <label className="flex items-center gap-2 font-medium">
          <Checkbox
            checked={draft.appInsightsEnabled}
            onChange={(event) => change({ appInsightsEnabled: event.target.checked })}
            aria-describedby="app-insights-hint"
          />
          App Insights
        </label>
        <p id="app-insights-hint" className="text-sm text-faint">
          Kept with the deployment and in its YAML (app_insights_enabled). Nothing is sent to Application Insights yet; changing it starts no new container.
        </p>
      </div>
      <Field label="Description" optional error={problems["description"]} hint="For the people who find it in the list.">
        {(control) => <Textarea {...control} value={draft.description} onChange={(event) => change({ description: event.target.value })} maxLength={2000} />}
      </Field>
      <PairsEditor legend="Tags" addLabel="Add a tag" pairs={draft.tags} onChange={(tags) => change({ tags })} namePlaceholder="team" />
      <Problems messages={under(problems, "tags")} />
    </>
  );
}
