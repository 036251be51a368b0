import { Choice } from "#components/ui/choice";
import { Field } from "#components/ui/field";
import { Checkbox, Input } from "#components/ui/input";
import { withStickyBy } from "./prepare/draft";
import { Setting, type SettingProps } from "./setting";

const ways = [
  { value: "off", text: "Off" },
  { value: "header", text: "Header" },
  { value: "cookie", text: "Cookie" },
  { value: "claim", text: "Claim" },
] as const;

const names = {
  header: { label: "Header's name", hint: "One that callers send, such as the id of a user" },
  cookie: { label: "Cookie's name", hint: "Large and small letters differ" },
  claim: {
    label: "Claim's name",
    hint: "A text or number of the caller's token. sub is a provider's user, but of tokens fetched here it is who fetched them: caller is whom they are for",
  },
} as const;

/** By what callers stay with their deployment. */
export function StickySetting({ draft, problems, onChange, disabled }: SettingProps & { readonly disabled: boolean }) {
  const { stickyBy } = draft;
  return (
    <Setting
      title="Callers that stay"
      sentence="The same value of a header, a cookie or a token's claim goes to the same deployment, and a change of the split moves only those who must move. Calls without it are drawn one by one."
    >
      <Choice
        legend="Callers are told apart by"
        value={stickyBy}
        onChange={(value) => onChange(withStickyBy(draft, value))}
        options={ways.map((way) => ({ ...way, disabled }))}
      />
      {stickyBy === "off" ? null : (
        <Field {...names[stickyBy]} error={problems["sticky.name"]}>
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
