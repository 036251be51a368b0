"use client";
import { useState, type ReactNode } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout, type ShownError } from "#components/ui/callout";
import { Dialog } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";

interface NumberDialogProps {
  readonly id: string;
  readonly title: string;
  readonly description: ReactNode;
  readonly label: string;
  readonly hint: string;
  readonly start: number;
  readonly max: number;
  readonly busy: boolean;
  readonly error: ShownError | null;
  readonly onSave: (value: number) => void;
  readonly onClose: () => void;
}

/** Asks for one number from 0 on and saves it; a refusal is shown in place. */
export function NumberDialog({ id, title, description, label, hint, start, max, busy, error, onSave, onClose }: NumberDialogProps) {
  const [value, setValue] = useState(String(start));
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={id} busy={busy} disabled={value.trim() === ""}>
            Save
          </Button>
        </>
      }
    >
      <form
        id={id}
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          onSave(Number(value));
        }}
      >
        <Field label={label} hint={hint}>
          {(control) => (
            <Input {...control} type="number" min={0} max={max} step="any" value={value} onChange={(event) => setValue(event.target.value)} required />
          )}
        </Field>
        {error === null ? null : <ErrorCallout error={error} />}
      </form>
    </Dialog>
  );
}
