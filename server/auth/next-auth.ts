import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import type { Store } from "#server/store/store";
import { SluiceError } from "#server/domain/errors";
import type { Settings } from "#server/kernel/env";
import type { Logger } from "#server/kernel/log";
import { openIdConnect, profileOf } from "./openid-connect";
import { signInWithProfile } from "./provider-sign-in";
import { sessionLifetimeMs } from "./session";
import { callerOf, openSession, signInWithPassword } from "./sign-in";

export interface NextAuthContext {
  readonly store: Store;
  readonly settings: Settings;
  readonly log: Logger;
  readonly now: () => number;
  readonly userAgent: string;
}

type Provider = NextAuthOptions["providers"][number];

/** The code of a refusal; anything else is logged and told without its text, which may name hosts or tables. */
function failureCode(context: NextAuthContext, error: unknown): string {
  if (error instanceof SluiceError) return error.code;
  context.log.error({ err: error }, "signing in failed");
  return "auth.unavailable";
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function credentials(context: NextAuthContext): Provider {
  return CredentialsProvider({
    id: "credentials",
    name: "Account",
    credentials: { email: { label: "E-mail", type: "email" }, password: { label: "Password", type: "password" } },
    async authorize(input, request) {
      const [email, password] = [text(input?.email), text(input?.password)];
      if (email.length > 320 || password.length > 200) return null;
      const headers = (request.headers ?? {}) as Readonly<Record<string, string | undefined>>;
      try {
        const person = await signInWithPassword(context.store, { email, password, caller: callerOf(headers["x-forwarded-for"]) }, context.now());
        return person === null ? null : { id: person.userId, name: person.name, email: person.email };
      } catch (error) {
        // next-auth hands the message of an error to the page as a code.
        throw new Error(failureCode(context, error), { cause: error });
      }
    },
  });
}

/** next-auth's own complaints. What a browser sends to its log route carries no Error and is dropped: anybody may call that. */
function complain(log: Logger, code: string, metadata: Error | { readonly error: Error } | undefined): void {
  const error = metadata instanceof Error ? metadata : metadata?.error;
  if (error instanceof Error) log.warn({ code, cause: error.message }, "sign-in provider");
}

/**
 * next-auth for local accounts and one OIDC provider. The token in the cookie carries a session id alone; whether it still counts is asked of its
 * row at every request (`actorOfSession`), so signing out everywhere works.
 */
export function nextAuthOptions(context: NextAuthContext): NextAuthOptions {
  const { store, settings, log, now } = context;
  const { oidc } = settings;
  return {
    secret: settings.authSecret ?? "",
    session: { strategy: "jwt", maxAge: sessionLifetimeMs / 1000 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [credentials(context), ...(oidc === null ? [] : [openIdConnect(oidc)])],
    callbacks: {
      async signIn({ user, account, profile }) {
        if (account?.provider !== "oidc" || oidc === null) return account?.provider === "credentials";
        try {
          const person = await signInWithProfile(store, profileOf(profile), oidc, now());
          // The token is made from this object next.
          Object.assign(user, { id: person.userId, name: person.name, email: person.email });
          return true;
        } catch (error) {
          return `${settings.studio.url}/sign-in?${new URLSearchParams({ error: failureCode(context, error) }).toString()}`;
        }
      },
      async jwt({ token, user }) {
        // `user` is there only right after signing in.
        const signedIn = user as typeof user | undefined;
        if (signedIn !== undefined) token["sessionId"] = await openSession(store, signedIn.id, context.userAgent, now());
        return token;
      },
      session({ session }) {
        return session;
      },
    },
    events: {
      async signOut({ token }) {
        if (typeof token["sessionId"] === "string") await store.sessions.revoke(token["sessionId"], now());
      },
    },
    logger: { error: (code, metadata) => complain(log, code, metadata), warn: () => undefined, debug: () => undefined },
  };
}
