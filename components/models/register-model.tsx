"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { RegisterForm, useRegisterDraft } from "#components/assets/register-form";
import { UploadBox } from "#components/upload/upload-box";
import { Choice } from "#components/ui/choice";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/input";
import { createModelVersionAction, startModelImportAction } from "#server/actions/models";
import { modelTypeSchema } from "#server/contract/asset";
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
  const common = useRegisterDraft(initialName);
  const [origin, setOrigin] = useState<Origin>("upload");
  const [type, setType] = useState("");
  const [uploaded, setUploaded] = useState<Uploaded | null>(null);
  const [source, setSource] = useState(blankImport);
  return { common, origin, setOrigin, type, setType, uploaded, setUploaded, source, setSource };
}

/** Registers what was uploaded, or has the server fetch it. */
function useRegistering({ common: { wish }, origin, type, uploaded, source }: ReturnType<typeof useDraftOf>) {
  const router = useRouter();
  const parsedType = modelTypeSchema.safeParse(type);
  const common = { ...wish, ...(parsedType.success ? { type: parsedType.data } : {}) };
  const register = useAction(createModelVersionAction, {
    invalidates: () => [queryKeys.models()],
    success: (model) => `${model.name}:${model.version} is registered`,
    onSuccess: (model) => router.push(`/models/${encodeURIComponent(model.name)}`),
  });
  const start = useAction(startModelImportAction, { invalidates: () => [queryKeys.imports(), queryKeys.models()], success: `${wish.name} is being fetched` });
  const from = origin === "upload" ? null : sourceOf(origin, source);
  return {
    submit: () => {
      if (origin === "upload" && uploaded !== null) register.mutate({ ...common, content: uploaded.content });
      if (from !== null) start.mutate({ ...common, source: from, unpack: source.unpack, sha256: source.unpack || source.sha256 === "" ? null : source.sha256 });
    },
    isComplete: origin === "upload" ? uploaded !== null : from !== null,
    isBusy: register.isPending || register.isSuccess || start.isPending,
    error: (origin === "upload" ? register.error : start.error)?.problem ?? null,
  };
}

/** A file or folder, from here or from elsewhere, becomes a model version. */
export function RegisterModel({ name: initialName }: { readonly name: string }) {
  const draft = useDraftOf(initialName);
  const { common, origin } = draft;
  const { submit, isComplete, isBusy, error } = useRegistering(draft);
  const { data: options } = useImportOptions();
  return (
    <div className="flex max-w-160 flex-col gap-6">
      <RegisterForm
        draft={common}
        placeholder="house-prices"
        complete={isComplete}
        busy={isBusy}
        error={error}
        submitText={origin === "upload" ? "Register" : "Import"}
        onSubmit={submit}
      >
        <Choice legend="From" value={origin} onChange={draft.setOrigin} options={origins} />
        {origin === "upload" ? (
          <UploadBox label="Upload the model" looseName={common.name === "" ? "model" : common.name} uploaded={draft.uploaded} onUploaded={draft.setUploaded} />
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
      </RegisterForm>
      <ImportList />
    </div>
  );
}
