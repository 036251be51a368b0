"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { UploadBox } from "#components/upload/upload-box";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Choice } from "#components/ui/choice";
import { Field } from "#components/ui/field";
import { Input, Select, Textarea } from "#components/ui/input";
import { createModelVersionAction, startModelImportAction } from "#server/actions/models";
import { assetNameSchema, modelTypeSchema } from "#server/contract/asset";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useImportOptions } from "../queries/use-imports";
import type { Uploaded } from "../upload/use-upload";
import { ImportList } from "./import-list";
import { blankImport, ImportSource, sourceOf, type ImportKind } from "./import-source";
import { modelTypeWords } from "./model-words";

type Origin = "upload" | ImportKind;

const origins: readonly { readonly value: Origin; readonly text: string }[] = [
  { value: "upload", text: "Upload" },
  { value: "http", text: "Address" },
  { value: "s3", text: "S3 storage" },
  { value: "path", text: "Folder of the server" },
];

function useDraftOf(initialName: string) {
  const [name, setName] = useState(initialName);
  const [origin, setOrigin] = useState<Origin>("upload");
  const [type, setType] = useState("");
  const [description, setDescription] = useState("");
  const [uploaded, setUploaded] = useState<Uploaded | null>(null);
  const [source, setSource] = useState(blankImport);
  return { name, setName, origin, setOrigin, type, setType, description, setDescription, uploaded, setUploaded, source, setSource };
}

/** Registers what was uploaded, or has the server fetch it. */
function useRegistering({ name, origin, type, description, uploaded, source }: ReturnType<typeof useDraftOf>) {
  const router = useRouter();
  const parsedType = modelTypeSchema.safeParse(type);
  const common = { name, description, ...(parsedType.success ? { type: parsedType.data } : {}) };
  const register = useAction(createModelVersionAction, {
    invalidates: () => [queryKeys.models()],
    success: (model) => `${model.name}:${model.version} is registered`,
    onSuccess: (model) => router.push(`/models/${encodeURIComponent(model.name)}`),
  });
  const start = useAction(startModelImportAction, { invalidates: () => [queryKeys.imports(), queryKeys.models()], success: `${name} is being fetched` });
  const from = origin === "upload" ? null : sourceOf(origin, source);
  return {
    submit: () => {
      if (origin === "upload" && uploaded !== null) register.mutate({ ...common, content: uploaded.content });
      if (from !== null) start.mutate({ ...common, source: from, unpack: source.unpack, sha256: source.unpack || source.sha256 === "" ? null : source.sha256 });
    },
    isComplete: assetNameSchema.safeParse(name).success && (origin === "upload" ? uploaded !== null : from !== null),
    isBusy: register.isPending || register.isSuccess || start.isPending,
    error: (origin === "upload" ? register.error : start.error)?.problem ?? null,
  };
}

/** A file or folder, from here or from elsewhere, becomes a model version. */
export function RegisterModel({ name: initialName }: { readonly name: string }) {
  const draft = useDraftOf(initialName);
  const { name, origin } = draft;
  const { submit, isComplete, isBusy, error } = useRegistering(draft);
  const { data: options } = useImportOptions();
  const parsedName = assetNameSchema.safeParse(name);
  return (
    <div className="flex max-w-160 flex-col gap-6">
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label="Name" error={name === "" || parsedName.success ? null : parsedName.error.issues[0]?.message} hint="An existing name gets a new version.">
          {(control) => (
            <Input
              {...control}
              autoFocus
              required
              value={name}
              onChange={(event) => draft.setName(event.target.value)}
              className="mono max-w-100"
              spellCheck={false}
              autoComplete="off"
              placeholder="house-prices"
            />
          )}
        </Field>
        <Choice legend="From" value={origin} onChange={draft.setOrigin} options={origins} />
        {origin === "upload" ? (
          <UploadBox label="Upload the model" looseName={name === "" ? "model" : name} uploaded={draft.uploaded} onUploaded={draft.setUploaded} />
        ) : (
          <ImportSource kind={origin} draft={draft.source} change={(changes) => draft.setSource((before) => ({ ...before, ...changes }))} options={options} />
        )}
        <Field label="Type" hint="Found out from the files unless you say it.">
          {(control) => (
            <Select {...control} value={draft.type} onChange={(event) => draft.setType(event.target.value)} className="max-w-60">
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
          {(control) => <Textarea {...control} value={draft.description} onChange={(event) => draft.setDescription(event.target.value)} maxLength={2000} />}
        </Field>
        {error === null ? null : <ErrorCallout error={error} />}
        <Button type="submit" variant="primary" className="self-start" disabled={!isComplete} busy={isBusy}>
          {origin === "upload" ? "Register" : "Import"}
        </Button>
      </form>
      <ImportList />
    </div>
  );
}
