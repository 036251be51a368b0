const sentences: Readonly<Record<string, string>> = {
  CredentialsSignin: "E-mail and password do not go together.",
  "auth.too_many_attempts": "Too many attempts. Wait ten minutes, then try again.",
  "auth.unavailable": "The studio cannot look up accounts at the moment. Try again; its log has the cause.",
  "auth.person_disabled": "Your account is disabled. Ask an owner of the workspace.",
  "auth.oidc_email_missing": "The sign-in provider did not tell your e-mail address. Ask its administrator to release it to Sluice.",
  "auth.oidc_email_unverified": "The sign-in provider has not verified your e-mail address. Verify it there, then try again.",
  "auth.oidc_not_connected": "Your account at the sign-in provider is not connected with one here. Sign in with a password, or ask an owner of the workspace.",
  AccessDenied: "Your account may not enter. Ask an owner of the workspace.",
  OAuthSignin: "The sign-in provider could not be reached. Sign in with a password, or try again later; the studio's log has the cause.",
  OAuthCallback: "The sign-in provider and the studio do not agree. Try again; the studio's log has the cause.",
  Callback: "Signing in was broken off at the provider. Try again.",
  SessionRequired: "Sign in to go on.",
  unreachable: "The studio cannot be reached.",
};

export interface SignInFailure {
  readonly sentence: string;
  /** A stable code to quote; null for codes that say nothing to a person. */
  readonly code: string | null;
}

/** A failed sign-in in words. The code comes from the address, which anybody may write: what is not known is neither shown nor explained. */
export function signInFailure(code: string): SignInFailure {
  const sentence = Object.hasOwn(sentences, code) ? sentences[code] : undefined;
  if (sentence === undefined) return { sentence: "Signing in failed. Try again; the studio's log has the cause.", code: null };
  return { sentence, code: code.includes(".") ? code : null };
}

/** Only addresses inside the studio are returned to: anything else would send a person who just signed in elsewhere. */
export function safeCallback(wanted: string | undefined): string {
  if (wanted === undefined || !wanted.startsWith("/") || /^\/[/\\]/.test(wanted)) return "/endpoints";
  return wanted;
}
