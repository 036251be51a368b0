import "server-only";
import { notFound, redirect } from "next/navigation";
import { SluiceError } from "#server/domain/errors";
import type { OperationContext } from "#server/operations/context";
import { pageContext } from "./request-context";
import { runtime } from "./runtime";

/** Runs a read for a page's first paint: nobody signed in goes to the sign-in page, what is not there is Next's not-found page. */
export async function readPage<T>(read: (context: OperationContext) => Promise<T>): Promise<T> {
  const context = await pageContext();
  if (context === null) redirect("/sign-in");
  try {
    return await read(context);
  } catch (error) {
    if (error instanceof SluiceError && error.kind === "not_found") notFound();
    throw error;
  }
}

/** The name on the single-sign-on button; null when no provider is set up. */
export const signInProvider = (): string | null => runtime().settings.oidc?.name ?? null;
