import { hashPassword, generatePassword } from "./passwords";
import type { IdKind } from "#server/kernel/ids";
import type { StoreSession } from "#server/store/store";

export interface AdminOutcome {
  readonly email: string;
  /** Shown once; null when the account was there before. */
  readonly password: string | null;
}

/** The workspace that an installation begins with, in Azure's three-part address. */
const firstWorkspace = { subscriptionId: "00000000-0000-0000-0000-000000000000", resourceGroup: "sluice", name: "main" } as const;

/** Makes the first workspace and its owner; "already there" changes nothing. `password` null generates one. */
export async function ensureFirstAdmin(store: StoreSession, newId: (kind: IdKind) => string, email: string, password: string | null): Promise<AdminOutcome> {
  const [present] = await store.workspaces.list();
  const workspace = present ?? (await store.workspaces.insert({ id: newId("workspace"), ...firstWorkspace }));
  const members = await store.users.listMembers(workspace.id);
  if (members.some((member) => member.role === "owner")) return { email, password: null };
  return createOwner(store, newId, workspace.id, email, password ?? generatePassword());
}

/** Gives the owner's account a new password, ends its sessions, and enables it again. */
export async function resetAdmin(store: StoreSession, newId: (kind: IdKind) => string, email: string, nowMs: number): Promise<AdminOutcome> {
  const [workspace] = await store.workspaces.list();
  if (workspace === undefined) throw new Error("There is no workspace yet; run npm start first.");
  const password = generatePassword();
  const user = await store.users.findByEmail(email);
  if (user === null) return createOwner(store, newId, workspace.id, email, password);
  await store.users.updatePassword(user.id, await hashPassword(password));
  await store.users.updateDisabled(user.id, null);
  await store.users.putMembership(newId("membership"), workspace.id, user.id, "owner");
  await store.sessions.revokeAll(user.id, nowMs);
  return { email, password };
}

async function createOwner(store: StoreSession, newId: (kind: IdKind) => string, workspaceId: string, email: string, password: string): Promise<AdminOutcome> {
  const id = newId("user");
  await store.users.insert({ id, email, name: email.split("@")[0] ?? email, passwordHash: await hashPassword(password) });
  await store.users.putMembership(newId("membership"), workspaceId, id, "owner");
  return { email, password };
}
