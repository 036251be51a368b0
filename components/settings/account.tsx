"use client";
import { signOut } from "next-auth/react";
import { useState } from "react";
import { useMe } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { ConfirmDialog } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { Card, Facts, Section } from "#components/ui/page";
import { changePasswordAction, signOutEverywhereAction } from "#server/actions/access";
import { changePasswordSchema } from "#server/contract/access";
import { useAction } from "../queries/use-action";
import { fieldErrors } from "../ui/field-errors";

const blank = { current: "", next: "", again: "" };

function ChangePassword() {
  const [values, setValues] = useState(blank);
  const change = useAction(changePasswordAction, { success: "The password is changed", onSuccess: () => setValues(blank) });
  const errors = fieldErrors(changePasswordSchema, values);
  const mismatch = values.again !== "" && values.again !== values.next;
  const set = (name: keyof typeof blank) => ({
    value: values[name],
    onChange: (event: { target: { value: string } }) => setValues({ ...values, [name]: event.target.value }),
  });
  return (
    <form
      className="flex max-w-90 flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate({ current: values.current, next: values.next });
      }}
    >
      <Field label="Present password">{(control) => <Input {...control} type="password" autoComplete="current-password" required {...set("current")} />}</Field>
      <Field label="New password" error={values.next !== "" && errors["next"] !== undefined ? "At least 12 characters." : null} hint="At least 12 characters.">
        {(control) => <Input {...control} type="password" autoComplete="new-password" required {...set("next")} />}
      </Field>
      <Field label="New password again" error={mismatch ? "The two are not the same." : null}>
        {(control) => <Input {...control} type="password" autoComplete="new-password" required {...set("again")} />}
      </Field>
      {change.error === null ? null : <ErrorCallout error={change.error.problem} />}
      <Button
        type="submit"
        className="self-start"
        disabled={errors["next"] !== undefined || values.current === "" || values.again !== values.next}
        busy={change.isPending}
      >
        Change the password
      </Button>
    </form>
  );
}

function Sessions() {
  const [open, setOpen] = useState(false);
  const end = useAction(signOutEverywhereAction, { onSuccess: () => void signOut({ callbackUrl: "/sign-in" }) });
  return (
    <div className="flex flex-col items-start gap-2">
      <p className="text-muted">Ends every browser session of yours, this one too. Access tokens go on until they are revoked.</p>
      <Button variant="danger" onClick={() => setOpen(true)}>
        Sign out everywhere
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title="Sign out everywhere?"
        consequence="Every browser that is signed in as you has to sign in again."
        confirmLabel="Sign out everywhere"
        busy={end.isPending || end.isSuccess}
        error={end.error === null ? null : <ErrorCallout error={end.error.problem} />}
        onConfirm={() => end.mutate({})}
      />
    </div>
  );
}

/** Who one is, the password, the sessions. */
export function AccountSettings() {
  const me = useMe();
  return (
    <div className="flex flex-col gap-6">
      <Section title="You">
        <Card>
          <Facts
            facts={[
              { name: "Name", value: me.name },
              { name: "E-mail", value: me.email },
              { name: "Role", value: me.role },
              { name: "Workspace", value: me.workspace },
            ]}
          />
        </Card>
      </Section>
      <Section title="Password">
        <Card>
          <ChangePassword />
        </Card>
      </Section>
      <Section title="Sessions">
        <Card>
          <Sessions />
        </Card>
      </Section>
    </div>
  );
}
