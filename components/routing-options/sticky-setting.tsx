import { Choice } from "#components/ui/choice";
import { Field } from "#components/ui/field";
import { Checkbox, Input } from "#components/ui/input";
import { withStickyBy } from "./prepare/draft";
import { Setting, type SettingProps } from "./setting";

const ways = [
  { value: "off", text: "Off" },
  { value: "header", text: "Header" },
  { value: "cookie", text: "Cookie" },
] as const;

/** By what callers stay with their deployment. */
export function StickySetting({ draft, problems, onChange, disabled }: SettingProps & { readonly disabled: boolean }) {
  const { stickyBy } = draft;
  return (
    <Setting
      title="Callers that stay"
      sentence="The same value of a header or cookie goes to the same deployment, and a change of the split moves only those who must move. Calls without it are drawn one by one."
    >
      <Choice
        legend="Callers are told apart by"
        value={stickyBy}
        onChange={(value) => onChange(withStickyBy(draft, value))}
        options={ways.map((way) => ({ ...way, disabled }))}
      />
      {stickyBy === "off" ? null : (
        <Field
          label={stickyBy === "header" ? "Header's name" : "Cookie's name"}
          hint={stickyBy === "header" ? "One that callers send, such as the id of a user" : "Large and small letters differ"}
          error={problems["sticky.name"]}
        >
          {(control) => (
            <Input
              {...control}
              className="mono max-w-80"
              spellCheck={false}
              value={draft.stickyName}
              onChange={(event) => onChange({ ...draft, stickyName: event.target.value })}
            />
          )}
        </Field>
      )}
      {stickyBy === "cookie" ? (
        <label className="flex items-start gap-2">
          <Checkbox className="mt-1" checked={draft.setCookie} onChange={(event) => onChange({ ...draft, setCookie: event.target.checked })} />
          <span>
            The gateway gives the cookie
            <span className="block text-sm text-muted">To callers without one, with a random value. Otherwise the callers bring their own.</span>
          </span>
        </label>
      ) : null}
    </Setting>
  );
}
