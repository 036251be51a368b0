import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Logo } from "#components/shell/logo";
import { SignInForm } from "#components/settings/sign-in-form";
import { sessionActor } from "#server/api/request-context";
import { signInProvider } from "#server/api/page";
import { safeCallback } from "../../../components/settings/sign-in-sentence";

export const metadata: Metadata = { title: "Sign in" };

interface SignInPageProps {
  readonly searchParams: Promise<{ readonly callbackUrl?: string; readonly error?: string }>;
}

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const { callbackUrl, error } = await searchParams;
  const target = safeCallback(callbackUrl);
  if ((await sessionActor()) !== null) redirect(target);
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="flex w-full max-w-88 flex-col gap-6">
        <div className="flex flex-col gap-3">
          <Logo className="size-9" />
          <h1 className="text-xl font-semibold tracking-tight">Sign in to Sluice</h1>
        </div>
        <SignInForm provider={signInProvider()} callbackUrl={target} failure={error ?? null} />
      </div>
    </main>
  );
}
