"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Choice } from "#components/ui/choice";
import { Dialog } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { createConnectionAction, updateConnectionAction } from "#server/actions/connections";
import { createConnectionSchema, type ConnectionDto } from "#server/contract/connection";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { fieldErrors } from "../ui/field-errors";

const blank = { name: "", address: "", username: "", password: "", region: "us-east-1" };
type Values = typeof blank;
type Kind = ConnectionDto["kind"];

interface FieldWords {
  readonly name: Exclude<keyof Values, "name">;
  readonly label: string;
  readonly hint: string;
  readonly missing: string;
  readonly placeholder?: string;
}

const kinds: readonly { readonly value: Kind; readonly text: string }[] = [
  { value: "container_registry", text: "Container registry" },
  { value: "s3", text: "S3 storage" },
];

const wordsOf: Readonly<Record<Kind, { readonly purpose: string; readonly example: string; readonly fields: readonly FieldWords[] }>> = {
  container_registry: {
    purpose: "Images of deployments and base images of environments are fetched with it.",
    example: "team-registry",
    fields: [
      {
        name: "address",
        label: "Registry",
        hint: "Its host, with the beginning of a repository where the credentials are for a part of it only.",
        missing: "Give the registry's host.",
        placeholder: "registry.example.com/team",
      },
      { name: "username", label: "User name", hint: "A service account's, if the registry has such.", missing: "Give the user name." },
      {
        name: "password",
        label: "Password or token",
        hint: "Sealed before it is kept, and never shown again.",
        missing: "Give the password or token.",
      },
    ],
  },
  s3: {
    purpose: "Models are imported with it from storage that speaks S3.",
    example: "team-storage",
    fields: [
      {
        name: "address",
        label: "Address",
        hint: "Of the storage, without bucket and keys. It is called from the server.",
        missing: "Give the storage's address.",
        placeholder: "https://s3.example.com",
      },
      { name: "region", label: "Region", hint: "Many servers other than Amazon's take any.", missing: "Use the name of a region, such as eu-central-1." },
      { name: "username", label: "Access key id", hint: "Of a key that may list and read.", missing: "Give the access key's id." },
      {
        name: "password",
        label: "Secret access key",
        hint: "Sealed before it is kept, and never shown again.",
        missing: "Give the secret access key.",
      },
    ],
  },
};

const nameMessage = "Start with a letter or digit; use letters, digits, dashes, dots and underscores.";

interface ConnectionFormProps {
  /** The connection whose credentials are replaced; null for a new one. */
  readonly connection: ConnectionDto | null;
  readonly onClose: () => void;
}

/** A new connection to a registry or to storage, or new credentials for one. A password is typed in both cases: the one that is kept cannot be shown or moved. */
export function ConnectionForm({ connection, onClose }: ConnectionFormProps) {
  const [values, setValues] = useState<Values>(connection === null ? blank : { ...blank, ...pick(connection) });
  const [kind, setKind] = useState<Kind>(connection?.kind ?? "container_registry");
  const words = wordsOf[kind];
  const options = {
    invalidates: () => [queryKeys.connections()],
    onSuccess: onClose,
    success: ({ name }: ConnectionDto) => `${name} is saved and being tried`,
  };
  const create = useAction(createConnectionAction, options);
  const update = useAction(updateConnectionAction, options);
  const { error, isPending } = connection === null ? create : update;
  const errors = fieldErrors(createConnectionSchema, { ...values, kind });
  const control = (name: keyof Values) => ({
    value: values[name],
    onChange: (event: { target: { value: string } }) => setValues({ ...values, [name]: event.target.value }),
    autoComplete: name === "password" ? "new-password" : "off",
    spellCheck: false,
    required: true,
  });
  const problem = (name: keyof Values, message: string) => (values[name] !== "" && errors[name] !== undefined ? message : null);
  const submit = () => {
    const { name, ...credentials } = values;
    if (connection === null) create.mutate({ name, kind, ...credentials });
    else update.mutate({ id: connection.id, ...credentials });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={connection === null ? "New connection" : `New credentials for ${connection.name}`}
      description={words.purpose}
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
          <>
            <Choice legend="To" value={kind} onChange={setKind} options={kinds} />
            <Field label="Name" hint="What people call it." error={problem("name", nameMessage)}>
              {(props) => <Input {...props} {...control("name")} placeholder={words.example} />}
            </Field>
          </>
        ) : null}
        {words.fields.map(({ name, label, hint, missing, placeholder }) => (
          <Field key={name} label={label} hint={hint} error={problem(name, missing)}>
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

const pick = ({ name, address, username, region }: ConnectionDto) => ({ name, address, username, ...(region === null ? {} : { region }) });
