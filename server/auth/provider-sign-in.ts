import { SluiceError } from "#server/domain/errors";
import type { Settings } from "#server/kernel/env";
import { newId } from "#server/kernel/ids";
import { isUniqueViolation } from "#server/store/client";
import type { StoreSession, Store } from "#server/store/store";
import type { UserRow } from "#server/store/users";
import type { SignedIn } from "./sign-in";

/** What an OIDC provider says of the person who came back from it. */
export interface ProviderProfile {
  readonly issuer: string;
  readonly subject: string;
  /** Lower case; empty when the provider does not tell it. */
  readonly email: string;
  /** Null when the provider says nothing about it. */
  readonly emailVerified: boolean | null;
  readonly name: string;
}

type ProviderRules = Pick<NonNullable<Settings["oidc"]>, "signUp" | "linkByEmail">;

const refuse = (code: string, message: string): SluiceError => new SluiceError({ kind: "forbidden", code, message });
// One sentence for "nobody of that address" and "somebody, but not yours": a stranger at the provider learns nothing about accounts.
const notConnected = () => refuse("auth.oidc_not_connected", "This account of the provider is not connected with an account here.");

async function enter(session: StoreSession, user: UserRow): Promise<SignedIn> {
  if (user.disabledAt !== null) throw refuse("auth.person_disabled", "This person's account is disabled.");
  if ((await session.users.findFirstMembership(user.id)) === null) throw notConnected();
  return { userId: user.id, name: user.name, email: user.email };
}

/** The first sign-in of a subject: an account of its address when that is allowed, else a new reader when that is. */
async function connect(session: StoreSession, profile: ProviderProfile, rules: ProviderRules, nowMs: number): Promise<SignedIn> {
  if (profile.email === "") throw refuse("auth.oidc_email_missing", "The provider did not tell an e-mail address.");
  if (profile.emailVerified === false) throw refuse("auth.oidc_email_unverified", "The provider has not verified this e-mail address.");
  const [workspace] = await session.workspaces.list();
  if (workspace === undefined) throw notConnected();
  const known = await session.users.findByEmail(profile.email);
  if (known !== null) {
    // Whoever may choose an address at the provider must not become the account of that address by it.
    if (!rules.linkByEmail || profile.emailVerified !== true) throw notConnected();
    // The address has passed to another person of the provider.
    if ((await session.identities.findByUser(profile.issuer, known.id)) !== null) throw notConnected();
  } else if (!rules.signUp) throw notConnected();
  const user = known ?? (await session.users.insert({ id: newId("user"), email: profile.email, name: profile.name, passwordHash: null }));
  if (known === null) await session.users.putMembership(newId("membership"), workspace.id, user.id, "reader");
  const person = await enter(session, user);
  await session.identities.insert({ issuer: profile.issuer, subject: profile.subject, userId: user.id }, nowMs);
  await session.audit.insert({
    id: newId("audit"),
    workspaceId: workspace.id,
    actorId: user.id,
    actorName: user.name,
    action: "people.connect",
    targetType: "person",
    targetId: user.id,
    targetName: user.email,
    endpointId: null,
    before: null,
    after: { issuer: profile.issuer, newAccount: known === null },
    requestId: "",
    at: nowMs,
  });
  return person;
}

async function find(store: StoreSession, profile: ProviderProfile, nowMs: number): Promise<SignedIn | null> {
  const identity = await store.identities.find(profile.issuer, profile.subject);
  const user = identity === null ? null : await store.users.findById(identity.userId);
  if (user === null) return null;
  const person = await enter(store, user);
  await store.identities.touch(profile.issuer, profile.subject, nowMs);
  return person;
}

/**
 * The person of a profile that the provider vouches for, known by issuer and subject. Throws (forbidden) `auth.oidc_email_missing`,
 * `auth.oidc_email_unverified`, `auth.oidc_not_connected` or `auth.person_disabled`.
 */
export async function signInWithProfile(store: Store, profile: ProviderProfile, rules: ProviderRules, nowMs: number): Promise<SignedIn> {
  const known = await find(store, profile, nowMs);
  if (known !== null) return known;
  try {
    return await store.transaction((session) => connect(session, profile, rules, nowMs));
  } catch (error) {
    // Two first sign-ins of one person at the same time: the other one made the account, seen here as a taken row or, once committed, as a taken address.
    const made = isUniqueViolation(error) || error instanceof SluiceError ? await find(store, profile, nowMs) : null;
    if (made === null) throw error;
    return made;
  }
}
