import type { z } from "zod";
import { generateAccessToken } from "#server/auth/access-tokens";
import { hashPassword, verifyPassword } from "#server/auth/passwords";
import { isAtLeast, requireVerb } from "#server/auth/policy";
import type { changePasswordSchema, createPersonSchema, createTokenSchema, MeDto, PersonDto, TokenDto, updatePersonSchema } from "#server/contract/access";
import type { Page } from "#server/contract/common";
import { conflict, invalidInput, invalidState, notFound } from "#server/domain/errors";
import type { AccessTokenRow } from "#server/store/sessions";
import type { MemberRow } from "#server/store/users";
import { writeAudit } from "./audit";
import type { OperationContext } from "./context";
import { wholePage } from "./usage";

const dayMs = 24 * 3600 * 1000;

export async function getMe(context: OperationContext): Promise<MeDto> {
  const { actor, store } = context;
  const workspace = await store.workspaces.findById(actor.workspaceId);
  return {
    id: actor.userId,
    name: actor.name,
    email: actor.email,
    role: actor.role,
    workspace: workspace?.name ?? "",
    currency: context.settings.money.currency,
  };
}

const toToken = (row: AccessTokenRow): TokenDto => ({
  id: row.id,
  name: row.name,
  role: row.role,
  createdAt: row.createdAt,
  expiresAt: row.expiresAt,
  lastUsedAt: row.lastUsedAt,
});

/** The caller's own tokens. */
export async function listTokens(context: OperationContext): Promise<Page<TokenDto>> {
  requireVerb(context.actor, "token.own");
  const rows = await context.store.tokens.listByUser(context.actor.userId);
  return wholePage(rows.filter((row) => row.workspaceId === context.actor.workspaceId).map(toToken));
}

/** Makes a token of at most the caller's own role; `secret` is shown this once. */
export async function createToken(context: OperationContext, input: z.output<typeof createTokenSchema>): Promise<{ token: TokenDto; secret: string }> {
  requireVerb(context.actor, "token.own");
  const { actor, clock } = context;
  if (!isAtLeast(actor.role, input.role))
    throw invalidInput("token.role_too_high", `A token may have at most your own role, ${actor.role}.`, [{ path: "role", message: `at most ${actor.role}` }]);
  const { token: secret, hash } = generateAccessToken();
  const id = context.newId("accessToken");
  const now = clock.now();
  const expiresAt = input.expiresInDays === null ? null : now + input.expiresInDays * dayMs;
  const row = await context.store.transaction(async (session) => {
    const inserted = await session.tokens.insert(
      { id, workspaceId: actor.workspaceId, userId: actor.userId, name: input.name, role: input.role, createdAt: now, expiresAt },
      hash,
    );
    await writeAudit(context, session, {
      action: "token.own",
      targetType: "token",
      targetId: id,
      targetName: input.name,
      after: { role: input.role, expiresAt },
    });
    return inserted;
  });
  return { token: toToken(row), secret };
}

export async function revokeToken(context: OperationContext, input: { readonly id: string }): Promise<TokenDto> {
  requireVerb(context.actor, "token.own");
  const row = (await context.store.tokens.listByUser(context.actor.userId)).find((candidate) => candidate.id === input.id);
  if (row === undefined) throw notFound("token.not_found", "You have no such token.");
  await context.store.transaction(async (session) => {
    await session.tokens.revoke(row.id, context.actor.userId, context.clock.now());
    await writeAudit(context, session, { action: "token.own", targetType: "token", targetId: row.id, targetName: row.name, after: { revoked: true } });
  });
  return toToken(row);
}

const toPerson = (member: MemberRow): PersonDto => ({
  id: member.user.id,
  name: member.user.name,
  email: member.user.email,
  role: member.role,
  disabled: member.user.disabledAt !== null,
  createdAt: member.user.createdAt,
});

export async function listPeople(context: OperationContext): Promise<Page<PersonDto>> {
  requireVerb(context.actor, "people.read");
  return wholePage((await context.store.users.listMembers(context.actor.workspaceId)).map(toPerson));
}

export async function createPerson(context: OperationContext, input: z.output<typeof createPersonSchema>): Promise<PersonDto> {
  requireVerb(context.actor, "people.write");
  const { workspaceId } = context.actor;
  const id = context.newId("user");
  const passwordHash = await hashPassword(input.password);
  await context.store.transaction(async (session) => {
    if ((await session.users.findByEmail(input.email)) !== null)
      throw conflict("people.email_taken", "There is an account with this address.", [{ path: "email", message: "taken" }]);
    await session.users.insert({ id, email: input.email, name: input.name, passwordHash });
    await session.users.putMembership(context.newId("membership"), workspaceId, id, input.role);
    await writeAudit(context, session, { action: "people.write", targetType: "person", targetId: id, targetName: input.email, after: { role: input.role } });
  });
  return findPerson(context, id);
}

async function findPerson(context: OperationContext, userId: string): Promise<PersonDto> {
  const member = await context.store.users.findMember(context.actor.workspaceId, userId);
  if (member === null) throw notFound("people.not_found", "There is no such person in this workspace.");
  return toPerson(member);
}

/** Changes role or access; the last owner who can sign in cannot be taken away. */
export async function updatePerson(context: OperationContext, input: z.output<typeof updatePersonSchema>): Promise<PersonDto> {
  requireVerb(context.actor, "people.write");
  const { workspaceId } = context.actor;
  const now = context.clock.now();
  await context.store.transaction(async (session) => {
    const members = await session.users.lockMembers(workspaceId);
    const member = members.find((candidate) => candidate.user.id === input.userId);
    if (member === undefined) throw notFound("people.not_found", "There is no such person in this workspace.");
    const role = input.role ?? member.role;
    const disabled = input.disabled ?? member.user.disabledAt !== null;
    const others = members.filter((candidate) => candidate.user.id !== input.userId && candidate.role === "owner" && candidate.user.disabledAt === null);
    if (others.length === 0 && (role !== "owner" || disabled))
      throw invalidState("people.last_owner", "This is the last owner who can sign in. Make somebody else an owner first.");
    await session.users.putMembership(context.newId("membership"), workspaceId, input.userId, role);
    await session.users.updateDisabled(input.userId, disabled ? (member.user.disabledAt ?? now) : null);
    if (disabled) {
      await session.sessions.revokeAll(input.userId, now);
      await session.tokens.revokeAll(input.userId, now);
    }
    await writeAudit(context, session, {
      action: "people.write",
      targetType: "person",
      targetId: input.userId,
      targetName: member.user.email,
      before: { role: member.role },
      after: { role, disabled },
    });
  });
  return findPerson(context, input.userId);
}

/** Sets a new password after checking the present one; other sessions end. */
export async function changePassword(context: OperationContext, input: z.output<typeof changePasswordSchema>): Promise<{ changed: true }> {
  const user = await context.store.users.findById(context.actor.userId);
  if (user === null || !(await verifyPassword(user.passwordHash, input.current)))
    throw invalidInput("auth.password_wrong", "The present password is not right.", [{ path: "current", message: "not right" }]);
  const passwordHash = await hashPassword(input.next);
  await context.store.transaction(async (session) => {
    await session.users.updatePassword(user.id, passwordHash);
    await session.sessions.revokeAll(user.id, context.clock.now());
    await writeAudit(context, session, {
      action: "token.own",
      targetType: "person",
      targetId: user.id,
      targetName: user.email,
      after: { passwordChanged: true },
    });
  });
  return { changed: true };
}

/** Ends every session of the caller, this one included. */
export async function signOutEverywhere(context: OperationContext): Promise<{ ended: number }> {
  const { actor, clock } = context;
  return context.store.transaction(async (session) => {
    const ended = await session.sessions.revokeAll(actor.userId, clock.now());
    await writeAudit(context, session, {
      action: "token.own",
      targetType: "person",
      targetId: actor.userId,
      targetName: actor.email,
      after: { sessionsEnded: ended },
    });
    return { ended };
  });
}
