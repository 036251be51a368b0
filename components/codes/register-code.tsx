"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { RegisterForm, useRegisterDraft } from "#components/assets/register-form";
import { UploadBox } from "#components/upload/upload-box";
import { createCodeAction } from "#server/actions/codes";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import type { Uploaded } from "../upload/use-upload";

/** A folder becomes a version of code, to be used by deployments and by environments that are built from it. */
export function RegisterCode({ name }: { readonly name: string }) {
  const router = useRouter();
  const draft = useRegisterDraft(name);
  const [uploaded, setUploaded] = useState<Uploaded | null>(null);
  const register = useAction(createCodeAction, {
    invalidates: () => [queryKeys.codes()],
    success: (code) => `${code.name}:${code.version} is registered`,
    onSuccess: (code) => router.push(`/codes/${encodeURIComponent(code.id)}`),
  });
  return (
    <div className="max-w-160">
      <RegisterForm
        draft={draft}
        placeholder="house-prices-code"
        complete={uploaded !== null}
        busy={register.isPending || register.isSuccess}
        error={register.error?.problem ?? null}
        submitText="Register"
        onSubmit={() => {
          if (uploaded !== null) register.mutate({ ...draft.wish, content: uploaded.content });
        }}
      >
        <UploadBox label="Upload the code" looseName={draft.name === "" ? "code" : draft.name} uploaded={uploaded} onUploaded={setUploaded} />
      </RegisterForm>
    </div>
  );
}
