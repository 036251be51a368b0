import type { StoreSession } from "#server/store/store";
import { hashAccessToken, isAccessToken } from "./access-tokens";
import type { Actor } from "./actor";
import { isAtLeast } from "./policy";

/** How long a browser session lasts without signing in again. */
export const sessionLifetimeMs = 14 * 24 * 3600 * 1000;
/** Last-seen times are written this often at most, so that polling does not turn into writing. */
const touchEveryMs = 60_000;

/** The actor of a session id from a verified cookie; null when the session was revoked or expired or its person may not enter any more. */
export async function actorOfSession(store: StoreSession, sessionId: string, nowMs: number): Promise<Actor | null> {
  const session = await store.sessions.findById(sessionId);
  if (session === null || session.revokedAt !== null || session.expiresAt <= nowMs) return null;
  const member = await store.users.findFirstMembership(session.userId);
  if (member === null || member.user.disabledAt !== null) return null;
  if (nowMs - session.lastSeenAt > touchEveryMs) await store.sessions.touch(session.id, nowMs);
  return { userId: member.user.id, name: member.user.name, email: member.user.email, workspaceId: member.workspaceId, role: member.role, sessionId };
}

/** The actor of a personal access token; its role is the lesser of the token's and the person's present one. Null when it is not valid. */
export async function actorOfToken(store: StoreSession, token: string, nowMs: number): Promise<Actor | null> {
  if (!isAccessToken(token)) return null;
  const row = await store.tokens.findByHash(hashAccessToken(token));
  if (row === null || row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= nowMs)) return null;
  const member = await store.users.findMember(row.workspaceId, row.userId);
  if (member === null || member.user.disabledAt !== null) return null;
  if (row.lastUsedAt === null || nowMs - row.lastUsedAt > touchEveryMs) await store.tokens.touch(row.id, nowMs);
  const role = isAtLeast(row.role, member.role) ? member.role : row.role;
  return { userId: member.user.id, name: member.user.name, email: member.user.email, workspaceId: row.workspaceId, role, sessionId: null };
}
