import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import type { StoreSession } from "#server/store/store";
import { SluiceError } from "#server/domain/errors";
import type { Settings } from "#server/kernel/env";
import { sessionLifetimeMs } from "./session";
import { openSession, signInWithPassword, signInWithProfile } from "./sign-in";

interface ProviderProfile {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
}

type Provider = NextAuthOptions["providers"][number];

function credentials(store: StoreSession, now: () => number): Provider {
  return CredentialsProvider({
    id: "credentials",
    name: "Account",
    credentials: { email: { label: "E-mail", type: "email" }, password: { label: "Password", type: "password" } },
    async authorize(input, request) {
      if (input === undefined || input.email.length > 320 || input.password.length > 200) return null;
      const headers = (request.headers ?? {}) as Readonly<Record<string, string | undefined>>;
      try {
        const person = await signInWithPassword(store, { email: input.email, password: input.password, caller: headers["x-forwarded-for"] ?? "local" }, now());
        return person === null ? null : { id: person.userId, name: person.name, email: person.email };
      } catch (error) {
        // next-auth hands the message of an error to the page as a code.
        if (error instanceof SluiceError) throw new Error(error.code, { cause: error });
        throw error;
      }
    },
  });
}

function openIdConnect(oidc: NonNullable<Settings["oidc"]>): Provider {
  return {
    id: "oidc",
    name: oidc.name,
    type: "oauth",
    wellKnown: `${oidc.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    clientId: oidc.clientId,
    clientSecret: oidc.clientSecret,
    idToken: true,
    checks: ["pkce", "state"],
    authorization: { params: { scope: "openid email profile" } },
    profile: (profile: ProviderProfile) => ({ id: profile.sub, email: profile.email ?? "", name: profile.name ?? profile.email ?? profile.sub }),
  };
}

/**
 * next-auth for local accounts and one OIDC provider. The token in the cookie carries a session id alone; whether it still counts is asked of its
 * row at every request (`actorOfSession`), so signing out everywhere works.
 */
export function nextAuthOptions(store: StoreSession, settings: Settings, now: () => number): NextAuthOptions {
  return {
    secret: settings.authSecret ?? "",
    session: { strategy: "jwt", maxAge: sessionLifetimeMs / 1000 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [credentials(store, now), ...(settings.oidc === null ? [] : [openIdConnect(settings.oidc)])],
    callbacks: {
      async signIn({ user, account, profile }) {
        if (account?.provider !== "oidc") return true;
        const verified = (profile as ProviderProfile | undefined)?.email_verified !== false;
        if (!verified || typeof user.email !== "string" || user.email === "") return false;
        const person = await signInWithProfile(store, { email: user.email, name: user.name ?? user.email });
        if (person === null) return false;
        user.id = person.userId;
        return true;
      },
      async jwt({ token, user }) {
        // `user` is there only right after signing in.
        const signedIn = user as typeof user | undefined;
        if (signedIn !== undefined) token["sessionId"] = await openSession(store, signedIn.id, "", now());
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
    logger: { error: () => undefined, warn: () => undefined, debug: () => undefined },
  };
}
