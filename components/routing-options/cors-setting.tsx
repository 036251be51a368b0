import { Field } from "#components/ui/field";
import { Checkbox, Input, Textarea } from "#components/ui/input";
import { corsMethods } from "#server/domain/routing-options/types";
import type { RoutingDraft } from "./prepare/draft";
import { Setting, type SettingProps } from "./setting";

const headerLists = [
  { key: "headers", label: "Headers that pages may send", hint: "One a line" },
  { key: "exposedHeaders", label: "Headers of the model's answers that pages may read", hint: "One a line; the gateway's own can be read anyway" },
] as const;

function Methods({ draft, problems, onChange }: SettingProps) {
  const toggle = (method: RoutingDraft["methods"][number], on: boolean) =>
    onChange({ ...draft, methods: on ? [...draft.methods, method] : draft.methods.filter((other) => other !== method) });
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-sm font-medium">Methods</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1">
        {corsMethods.map((method) => (
          <label key={method} className="flex items-center gap-1.5">
            <Checkbox checked={draft.methods.includes(method)} onChange={(event) => toggle(method, event.target.checked)} />
            {method}
          </label>
        ))}
      </div>
      {problems["cors.methods"] === undefined ? null : (
        <p className="mt-1 text-sm text-bad" aria-live="polite">
          {problems["cors.methods"]}
        </p>
      )}
    </fieldset>
  );
}

function Rules({ draft, problems, onChange }: SettingProps) {
  return (
    <>
      <Field label="Allowed origins" hint="One a line, such as https://app.example.com; * alone allows any" error={problems["cors.origins"]}>
        {(control) => (
          <Textarea
            {...control}
            className="mono"
            spellCheck={false}
            placeholder="https://app.example.com"
            value={draft.origins}
            onChange={(event) => onChange({ ...draft, origins: event.target.value })}
          />
        )}
      </Field>
      <Methods draft={draft} problems={problems} onChange={onChange} />
      {headerLists.map(({ key, label, hint }) => (
        <Field key={key} label={label} hint={hint} error={problems[`cors.${key}`]}>
          {(control) => (
            <Textarea
              {...control}
              className="mono"
              rows={key === "headers" ? 4 : 2}
              spellCheck={false}
              value={draft[key]}
              onChange={(event) => onChange({ ...draft, [key]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <Field label="Browsers keep this for, seconds" hint="Until then a change does not reach them; at most 86,400" error={problems["cors.maxAgeSeconds"]}>
        {(control) => (
          <Input
            {...control}
            className="num max-w-48"
            inputMode="numeric"
            value={draft.maxAgeSeconds}
            onChange={(event) => onChange({ ...draft, maxAgeSeconds: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

/** Which pages may call from a browser, and how. */
export function CorsSetting(props: SettingProps) {
  const { draft, onChange } = props;
  return (
    <Setting
      title="Callers in browsers"
      sentence="Pages of the allowed origins may call the endpoint and read its answers. A key in a page is known to all who open it: use a client key with a small rate and quota."
    >
      <label className="flex items-center gap-2">
        <Checkbox checked={draft.browsers} onChange={(event) => onChange({ ...draft, browsers: event.target.checked })} />
        Pages of other origins may call
      </label>
      {draft.browsers ? <Rules {...props} /> : null}
    </Setting>
  );
}
