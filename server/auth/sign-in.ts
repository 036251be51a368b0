import { SluiceError } from "#server/domain/errors";
import { newId } from "#server/kernel/ids";
import type { StoreSession } from "#server/store/store";
import { verifyPassword } from "./passwords";
import { sessionLifetimeMs } from "./session";

const windowMs = 10 * 60_000;
/** Attempts per address and per caller within ten minutes: enough for a forgetful person, far too few for guessing. */
const attemptsPerEmail = 10;
const attemptsPerCaller = 50;

/** Counts an attempt; throws `auth.too_many_attempts` (rate_limited) with the time to wait when there were too many. */
async function limitAttempts(store: StoreSession, email: string, caller: string, nowMs: number): Promise<void> {
  const byEmail = await store.rateWindows.increment(`sign-in:email:${email}`, windowMs, nowMs);
  const byCaller = await store.rateWindows.increment(`sign-in:caller:${caller}`, windowMs, nowMs);
  if (byEmail <= attemptsPerEmail && byCaller <= attemptsPerCaller) return;
  const retryAfterMs = windowMs - (nowMs % windowMs);
  throw new SluiceError({
    kind: "rate_limited",
    code: "auth.too_many_attempts",
    message: `Too many attempts. Try again in ${String(Math.ceil(retryAfterMs / 60_000))} minutes.`,
    retryAfterMs,
  });
}

/** Who calls, from the header that Next or the proxy in front of it adds to: its last entry, since a caller may write any before it. */
export const callerOf = (forwardedFor: string | undefined): string => forwardedFor?.split(",").at(-1)?.trim() || "local";

export interface SignedIn {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
}

/** Checks a local account's password. Null for any wrong pair, in the same time whether the account exists or not. */
export async function signInWithPassword(
  store: StoreSession,
  input: { readonly email: string; readonly password: string; readonly caller: string },
  nowMs: number,
): Promise<SignedIn | null> {
  const email = input.email.trim().toLowerCase();
  await limitAttempts(store, email, input.caller, nowMs);
  const user = await store.users.findByEmail(email);
  const matches = await verifyPassword(user?.passwordHash ?? null, input.password);
  if (user === null || !matches || user.disabledAt !== null) return null;
  await store.rateWindows.reset(`sign-in:email:${email}`);
  return { userId: user.id, name: user.name, email: user.email };
}

/** Opens a session row and answers its id, which is all that the cookie carries. */
export async function openSession(store: StoreSession, userId: string, userAgent: string, nowMs: number): Promise<string> {
  const id = newId("session");
  await store.sessions.insert({ id, userId, userAgent: userAgent.slice(0, 200), createdAt: nowMs, expiresAt: nowMs + sessionLifetimeMs });
  return id;
}
