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

/** The person of a verified provider profile: an existing account of that address, else a new reader of the first workspace. Null when disabled. */
export async function signInWithProfile(store: StoreSession, profile: { readonly email: string; readonly name: string }): Promise<SignedIn | null> {
  const known = await store.users.findByEmail(profile.email);
  if (known !== null) return known.disabledAt === null ? { userId: known.id, name: known.name, email: known.email } : null;
  const [workspace] = await store.workspaces.list();
  if (workspace === undefined) return null;
  const id = newId("user");
  await store.users.insert({ id, email: profile.email, name: profile.name, passwordHash: null });
  await store.users.putMembership(newId("membership"), workspace.id, id, "reader");
  return { userId: id, name: profile.name, email: profile.email };
}

/** Opens a session row and answers its id, which is all that the cookie carries. */
export async function openSession(store: StoreSession, userId: string, userAgent: string, nowMs: number): Promise<string> {
  const id = newId("session");
  await store.sessions.insert({ id, userId, userAgent: userAgent.slice(0, 200), createdAt: nowMs, expiresAt: nowMs + sessionLifetimeMs });
  return id;
}
