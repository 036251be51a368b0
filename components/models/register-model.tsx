"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { UploadBox } from "#components/upload/upload-box";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Field } from "#components/ui/field";
import { Input, Select, Textarea } from "#components/ui/input";
import { createModelVersionAction } from "#server/actions/models";
import { assetNameSchema, modelTypeSchema } from "#server/contract/asset";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import type { Uploaded } from "../upload/use-upload";
import { modelTypeWords } from "./model-words";

/** A file or folder becomes a model version. */
export function RegisterModel({ name: initialName }: { readonly name: string }) {
  const router = useRouter();
  const [name, setName] = useState(initialName);
  const [type, setType] = useState("");
  const [description, setDescription] = useState("");
  const [uploaded, setUploaded] = useState<Uploaded | null>(null);
  const parsedName = assetNameSchema.safeParse(name);
  const parsedType = modelTypeSchema.safeParse(type);
  const register = useAction(createModelVersionAction, {
    invalidates: () => [queryKeys.models()],
    success: (model) => `${model.name}:${model.version} is registered`,
    onSuccess: (model) => router.push(`/models/${encodeURIComponent(model.name)}`),
  });
  return (
    <form
      noValidate
      className="flex max-w-160 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (uploaded !== null && parsedName.success)
          register.mutate({ name, description, content: uploaded.content, ...(parsedType.success ? { type: parsedType.data } : {}) });
      }}
    >
      <Field label="Name" error={name === "" || parsedName.success ? null : parsedName.error.issues[0]?.message} hint="An existing name gets a new version.">
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
            placeholder="house-prices"
          />
        )}
      </Field>
      <UploadBox label="Upload the model" looseName={name === "" ? "model" : name} uploaded={uploaded} onUploaded={setUploaded} />
      <Field label="Type" hint="Found out from the files unless you say it.">
        {(control) => (
          <Select {...control} value={type} onChange={(event) => setType(event.target.value)} className="max-w-60">
            <option value="">find out</option>
            {modelTypeSchema.options.map((option) => (
              <option key={option} value={option}>
                {modelTypeWords[option]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Description" optional>
        {(control) => <Textarea {...control} value={description} onChange={(event) => setDescription(event.target.value)} maxLength={2000} />}
      </Field>
      {register.error === null ? null : <ErrorCallout error={register.error.problem} />}
      <Button
        type="submit"
        variant="primary"
        className="self-start"
        disabled={uploaded === null || !parsedName.success}
        busy={register.isPending || register.isSuccess}
      >
        Register
      </Button>
    </form>
  );
}
