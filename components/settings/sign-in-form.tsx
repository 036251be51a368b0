"use client";
import { signIn } from "next-auth/react";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { signInFailure } from "./sign-in-sentence";

interface SignInFormProps {
  /** Name of the OIDC provider; null when none is set up. */
  readonly provider: string | null;
  readonly callbackUrl: string;
  /** Code that next-auth came back with. */
  readonly failure: string | null;
}

/** E-mail and password, or the provider's button. */
export function SignInForm({ provider, callbackUrl, failure }: SignInFormProps) {
  const [error, setError] = useState(failure);
  const [busy, setBusy] = useState<"password" | "oidc" | null>(null);
  const submit = async (form: FormData) => {
    setBusy("password");
    setError(null);
    const answer = await signIn("credentials", { email: form.get("email"), password: form.get("password"), redirect: false, callbackUrl }).catch(
      () => undefined,
    );
    if (answer?.ok === true && answer.error === null) {
      // A whole load, so that nothing of the signed-out page is kept.
      window.location.assign(callbackUrl);
      return;
    }
    setBusy(null);
    setError(answer?.error ?? "unreachable");
  };
  const shown = error === null ? null : signInFailure(error);
  return (
    <div className="flex flex-col gap-4">
      {shown === null ? null : <Callout title={shown.sentence} {...(shown.code === null ? {} : { code: shown.code })} />}
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        <Field label="E-mail">{(control) => <Input {...control} name="email" type="email" autoComplete="username" required autoFocus className="h-9" />}</Field>
        <Field label="Password">
          {(control) => <Input {...control} name="password" type="password" autoComplete="current-password" required className="h-9" />}
        </Field>
        <Button type="submit" variant="primary" size="lg" busy={busy === "password"} disabled={busy !== null}>
          Sign in
        </Button>
      </form>
      {provider === null ? null : (
        <>
          <div className="flex items-center gap-3 text-sm text-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">or</div>
          <Button
            size="lg"
            busy={busy === "oidc"}
            disabled={busy !== null}
            onClick={() => {
              setBusy("oidc");
              void signIn("oidc", { callbackUrl });
            }}
          >
            Continue with {provider}
          </Button>
        </>
      )}
    </div>
  );
}
