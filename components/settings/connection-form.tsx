"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Dialog } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { createConnectionAction, updateConnectionAction } from "#server/actions/connections";
import { createConnectionSchema, type ConnectionDto } from "#server/contract/connection";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { fieldErrors } from "../ui/field-errors";

const blank = { name: "", address: "", username: "", password: "" };
type Values = typeof blank;

const messages: Readonly<Record<keyof Values, string>> = {
  name: "Start with a letter or digit; use letters, digits, dashes, dots and underscores.",
  address: "Give the registry's host.",
  username: "Give the user name.",
  password: "Give the password or token.",
};

const fields: readonly { readonly name: Exclude<keyof Values, "name">; readonly label: string; readonly hint: string; readonly placeholder?: string }[] = [
  {
    name: "address",
    label: "Registry",
    hint: "Its host, with the beginning of a repository where the credentials are for a part of it only.",
    placeholder: "registry.example.com/team",
  },
  { name: "username", label: "User name", hint: "A service account's, if the registry has such." },
  { name: "password", label: "Password or token", hint: "Sealed before it is kept, and never shown again." },
];

interface ConnectionFormProps {
  /** The connection whose credentials are replaced; null for a new one. */
  readonly connection: ConnectionDto | null;
  readonly onClose: () => void;
}

/** A new connection to a registry, or new credentials for one. A password is typed in both cases: the one that is kept cannot be shown or moved. */
export function ConnectionForm({ connection, onClose }: ConnectionFormProps) {
  const [values, setValues] = useState<Values>(connection === null ? blank : { ...blank, ...pick(connection) });
  const options = {
    invalidates: () => [queryKeys.connections()],
    onSuccess: onClose,
    success: ({ name }: ConnectionDto) => `${name} is saved and being tried`,
  };
  const create = useAction(createConnectionAction, options);
  const update = useAction(updateConnectionAction, options);
  const { error, isPending } = connection === null ? create : update;
  const errors = fieldErrors(createConnectionSchema, { ...values, kind: "container_registry" });
  const control = (name: keyof Values) => ({
    value: values[name],
    onChange: (event: { target: { value: string } }) => setValues({ ...values, [name]: event.target.value }),
    autoComplete: name === "password" ? "new-password" : "off",
    spellCheck: false,
    required: true,
  });
  const problem = (name: keyof Values) => (values[name] !== "" && errors[name] !== undefined ? messages[name] : null);
  const submit = () => {
    const { name, ...credentials } = values;
    if (connection === null) create.mutate({ name, kind: "container_registry", ...credentials });
    else update.mutate({ id: connection.id, ...credentials });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={connection === null ? "New connection" : `New credentials for ${connection.name}`}
      description="Images of deployments and base images of environments are fetched with it."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="connection" busy={isPending} disabled={Object.keys(errors).length > 0}>
            {connection === null ? "Add" : "Replace"}
          </Button>
        </>
      }
    >
      <form
        id="connection"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {connection === null ? (
          <Field label="Name" hint="What people call it." error={problem("name")}>
            {(props) => <Input {...props} {...control("name")} placeholder="team-registry" />}
          </Field>
        ) : null}
        {fields.map(({ name, label, hint, placeholder }) => (
          <Field key={name} label={label} hint={hint} error={problem(name)}>
            {(props) => (
              <Input {...props} {...control(name)} type={name === "password" ? "password" : "text"} {...(placeholder === undefined ? {} : { placeholder })} />
            )}
          </Field>
        ))}
        {error === null ? null : <ErrorCallout error={error.problem} />}
      </form>
    </Dialog>
  );
}

const pick = ({ name, address, username }: ConnectionDto) => ({ name, address, username });
