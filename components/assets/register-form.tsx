"use client";
import { useState, type ReactNode } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import type { Problem } from "#server/contract/common";
import { assetNameSchema } from "../../server/contract/asset";
import { blankMetadata, metadataWish } from "./metadata-draft";
import { MetadataFields } from "./metadata-fields";

/** What every new version has: its name, and what is noted of it. */
export function useRegisterDraft(initialName: string) {
  const [name, setName] = useState(initialName);
  const [metadata, setMetadata] = useState(blankMetadata);
  return { name, setName, metadata, setMetadata, isNamed: assetNameSchema.safeParse(name).success, wish: { name, ...metadataWish(metadata) } };
}

interface RegisterFormProps {
  readonly draft: ReturnType<typeof useRegisterDraft>;
  readonly placeholder: string;
  /** Whether the content is there and good. */
  readonly complete: boolean;
  readonly busy: boolean;
  readonly error: Problem["error"] | null;
  readonly submitText: string;
  readonly onSubmit: () => void;
  /** Fields of the content. */
  readonly children: ReactNode;
}

/** The form of a new version of any kind: its name, its content, and what is noted of it. */
export function RegisterForm({ draft, placeholder, complete, busy, error, submitText, onSubmit, children }: RegisterFormProps) {
  const { name, setName, metadata, setMetadata, isNamed } = draft;
  const parsed = assetNameSchema.safeParse(name);
  const ready = isNamed && complete;
  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onSubmit();
      }}
    >
      <Field label="Name" error={name === "" || parsed.success ? null : parsed.error.issues[0]?.message} hint="An existing name gets a new version.">
        {(control) => (
          <Input
            {...control}
            autoFocus
            required
            value={name}
            onChange={(event) => setName(event.target.value)}
            className="mono max-w-100"
            spellCheck={false}
            autoComplete="off"
            placeholder={placeholder}
          />
        )}
      </Field>
      {children}
      <MetadataFields value={metadata} onChange={setMetadata} />
      {error === null ? null : <ErrorCallout error={error} />}
      <Button type="submit" variant="primary" className="self-start" disabled={!ready} busy={busy}>
        {submitText}
      </Button>
    </form>
  );
}
