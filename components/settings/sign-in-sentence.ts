const sentences: Readonly<Record<string, string>> = {
  CredentialsSignin: "E-mail and password do not go together.",
  "auth.too_many_attempts": "Too many attempts. Wait ten minutes, then try again.",
  AccessDenied: "Your account may not enter. Ask an owner of the workspace.",
  OAuthSignin: "The sign-in provider could not be reached.",
  OAuthCallback: "The sign-in provider's answer was not valid. Try again.",
  Callback: "The sign-in provider's answer was not valid. Try again.",
  SessionRequired: "Sign in to go on.",
  unreachable: "The studio cannot be reached.",
};

/** A failed sign-in as a sentence; what is not known stays general, so that nothing is told about accounts. */
export function signInSentence(code: string): string {
  return sentences[code] ?? "Signing in failed. Try again; the studio's log has the cause.";
}

/** Only addresses inside the studio are returned to: anything else would send a person who just signed in elsewhere. */
export function safeCallback(wanted: string | undefined): string {
  if (wanted === undefined || !wanted.startsWith("/") || /^\/[/\\]/.test(wanted)) return "/endpoints";
  return wanted;
}
