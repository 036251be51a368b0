import { hashPassword, generatePassword } from "./passwords";
import type { IdKind } from "#server/kernel/ids";
import type { StoreSession } from "#server/store/store";
import type { MemberRow } from "#server/store/users";

export interface AdminOutcome {
  readonly email: string;
  /** Shown once; null when the account was there before. */
  readonly password: string | null;
}

/** The workspace that an installation begins with, in Azure's three-part address. */
const firstWorkspace = { subscriptionId: "00000000-0000-0000-0000-000000000000", resourceGroup: "sluice", name: "main" } as const;

/** Makes the first workspace and its owner with the password that is asked for then; an owner who is there already is answered and nothing changes. */
export async function ensureFirstAdmin(store: StoreSession, newId: (kind: IdKind) => string, email: string, password: () => string): Promise<AdminOutcome> {
  const [present] = await store.workspaces.list();
  const workspace = present ?? (await store.workspaces.insert({ id: newId("workspace"), ...firstWorkspace }));
  const owner = ownerAmong(await store.users.listMembers(workspace.id), email);
  if (owner !== null) return { email: owner.user.email, password: null };
  return createOwner(store, newId, workspace.id, email, password());
}

/** The owner of that address, else the first who can sign in, else the first. */
function ownerAmong(members: readonly MemberRow[], email: string): MemberRow | null {
  const owners = members.filter((member) => member.role === "owner");
  return owners.find((member) => member.user.email === email.toLowerCase()) ?? owners.find((member) => member.user.disabledAt === null) ?? owners[0] ?? null;
}

/**
 * Gives an account a new password, makes it an owner's, ends its sessions, and enables it again: the way back in. `email` null takes the first
 * owner. Throws a sentence that names the owners when there is no such account.
 */
export async function resetAdmin(store: StoreSession, newId: (kind: IdKind) => string, email: string | null, nowMs: number): Promise<AdminOutcome> {
  const [workspace] = await store.workspaces.list();
  if (workspace === undefined) throw new Error("There is no workspace yet; run npm start first.");
  const members = await store.users.listMembers(workspace.id);
  const user = email === null ? ownerAmong(members, "")?.user : members.find((member) => member.user.email === email.toLowerCase())?.user;
  if (user === undefined) {
    const owners = members.filter((member) => member.role === "owner").map((member) => member.user.email);
    throw new Error(`There is no account ${email ?? ""}. Owners: ${owners.join(", ") || "none"}.`);
  }
  const password = generatePassword();
  await store.users.updatePassword(user.id, await hashPassword(password));
  await store.users.updateDisabled(user.id, null);
  await store.users.putMembership(newId("membership"), workspace.id, user.id, "owner");
  await store.sessions.revokeAll(user.id, nowMs);
  await store.rateWindows.reset(`sign-in:email:${user.email}`);
  return { email: user.email, password };
}

async function createOwner(store: StoreSession, newId: (kind: IdKind) => string, workspaceId: string, email: string, password: string): Promise<AdminOutcome> {
  const id = newId("user");
  await store.users.insert({ id, email, name: email.split("@")[0] ?? email, passwordHash: await hashPassword(password) });
  await store.users.putMembership(newId("membership"), workspaceId, id, "owner");
  return { email, password };
}
