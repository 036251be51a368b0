"use client";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useMe } from "#components/shell/me";
import { StateBadge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { Callout, ErrorCallout } from "#components/ui/callout";
import { Dialog } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Input, Select } from "#components/ui/input";
import { Section } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/skeleton";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import { createPersonAction, updatePersonAction } from "#server/actions/access";
import { createPersonSchema, roleSchema, roles, type PersonDto } from "#server/contract/access";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { usePeople } from "../queries/use-access";
import { fieldErrors } from "../ui/field-errors";

function PersonRow({ person }: { readonly person: PersonDto }) {
  const me = useMe();
  const self = person.id === me.id;
  const update = useAction(updatePersonAction, { invalidates: () => [queryKeys.people()], success: `${person.name} is changed`, toastError: true });
  return (
    <Tr>
      <Td className="font-medium">
        {person.name}
        {self ? <span className="font-normal text-faint"> (you)</span> : null}
      </Td>
      <Td className="text-muted">{person.email}</Td>
      <Td>
        <Select
          aria-label={`Role of ${person.name}`}
          className="w-32"
          disabled={self || update.isPending}
          value={person.role}
          onChange={(event) => update.mutate({ userId: person.id, role: roleSchema.parse(event.target.value) })}
        >
          {roles.map((role) => (
            <option key={role}>{role}</option>
          ))}
        </Select>
      </Td>
      <Td>{person.disabled ? <StateBadge state="Stopped" word="Disabled" /> : <StateBadge state="Ready" word="Active" />}</Td>
      <Td className="text-muted">
        <Time at={person.createdAt} />
      </Td>
      <Td numeric>
        {self ? null : (
          <Button
            size="sm"
            variant={person.disabled ? "secondary" : "danger"}
            busy={update.isPending}
            onClick={() => update.mutate({ userId: person.id, disabled: !person.disabled })}
          >
            {person.disabled ? "Enable" : "Disable"}
            <span className="sr-only"> {person.name}</span>
          </Button>
        )}
      </Td>
    </Tr>
  );
}

const blank = { name: "", email: "", password: "" };

function AddPerson({ onClose }: { readonly onClose: () => void }) {
  const [values, setValues] = useState(blank);
  const [role, setRole] = useState<PersonDto["role"]>("reader");
  const create = useAction(createPersonAction, {
    invalidates: () => [queryKeys.people()],
    onSuccess: onClose,
    success: (person) => `${person.name} can sign in`,
  });
  const errors = fieldErrors(createPersonSchema, { ...values, role });
  const error = (name: keyof typeof blank, text: string) => (values[name] !== "" && errors[name] !== undefined ? text : null);
  const set = (name: keyof typeof blank) => ({
    value: values[name],
    onChange: (event: { target: { value: string } }) => setValues({ ...values, [name]: event.target.value }),
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Add a person"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-person" busy={create.isPending} disabled={Object.keys(errors).length > 0}>
            Add
          </Button>
        </>
      }
    >
      <form
        id="new-person"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ ...values, role });
        }}
      >
        <Field label="Name">{(control) => <Input {...control} autoComplete="off" required {...set("name")} />}</Field>
        <Field label="E-mail" error={error("email", "This is not an e-mail address.")}>
          {(control) => <Input {...control} type="email" autoComplete="off" required {...set("email")} />}
        </Field>
        <Field label="First password" hint="At least 12 characters; they change it under Account." error={error("password", "At least 12 characters.")}>
          {(control) => <Input {...control} type="password" autoComplete="new-password" required {...set("password")} />}
        </Field>
        <Field label="Role" hint="Readers look, contributors deploy (and so run code on the host), owners also manage people.">
          {(control) => (
            <Select {...control} value={role} onChange={(event) => setRole(roleSchema.parse(event.target.value))}>
              {roles.map((item) => (
                <option key={item}>{item}</option>
              ))}
            </Select>
          )}
        </Field>
        {create.error === null ? null : <ErrorCallout error={create.error.problem} />}
      </form>
    </Dialog>
  );
}

/** Who may enter, and what they may do. */
export function PeopleSettings() {
  const me = useMe();
  const owner = me.role === "owner";
  const { data, error } = usePeople(owner);
  const [adding, setAdding] = useState(false);
  if (!owner) return <Callout tone="info" title="Only owners see and change people." />;
  return (
    <Section
      title="People"
      actions={
        <Button size="sm" variant="primary" onClick={() => setAdding(true)}>
          <Plus aria-hidden />
          Add a person
        </Button>
      }
    >
      {error === null ? null : <Callout title={error.message} />}
      {data === undefined ? (
        error === null ? (
          <TableSkeleton rows={3} label="Loading people" />
        ) : null
      ) : (
        <Table label="People">
          <TableHead>
            <tr>
              <Th>Name</Th>
              <Th>E-mail</Th>
              <Th>Role</Th>
              <Th>State</Th>
              <Th>Since</Th>
              <Th>
                <span className="sr-only">Actions</span>
              </Th>
            </tr>
          </TableHead>
          <TableBody>
            {data.items.map((person) => (
              <PersonRow key={person.id} person={person} />
            ))}
          </TableBody>
        </Table>
      )}
      {adding ? <AddPerson onClose={() => setAdding(false)} /> : null}
    </Section>
  );
}
