import "server-only";
import { getToken } from "next-auth/jwt";
import type { Actor } from "#server/auth/actor";
import { actorOfSession, actorOfToken } from "#server/auth/session";
import { SluiceError } from "#server/domain/errors";
import { uuidV7 } from "#server/kernel/ids";
import type { OperationContext } from "#server/operations/context";
import { runtime } from "./runtime";

/** The name that next-auth gives its cookie depends on whether the studio is served over TLS. */
const cookieName = (studioUrl: string): string => `${studioUrl.startsWith("https://") ? "__Secure-" : ""}next-auth.session-token`;

/** The session id in the signed cookie, or null; says nothing about whether the session still counts. */
async function cookieSessionId(): Promise<string | null> {
  const { settings, readCookie } = runtime();
  const name = cookieName(settings.studio.url);
  // Large tokens are split over numbered cookies; ours is far below the limit, so one is enough.
  const value = await readCookie(name);
  if (value === undefined) return null;
  const token = await getToken({ req: { cookies: { [name]: value }, headers: {} } as never, secret: settings.authSecret ?? "", cookieName: name });
  return typeof token?.["sessionId"] === "string" ? token["sessionId"] : null;
}

/** The actor of the browser's session; null when nobody is signed in. */
export async function sessionActor(): Promise<Actor | null> {
  const { store, clock } = runtime();
  const sessionId = await cookieSessionId();
  return sessionId === null ? null : actorOfSession(store, sessionId, clock.now());
}

export interface Caller {
  readonly actor: Actor;
  /** How the caller proved who it is; cookie-borne writes need a same-origin request. */
  readonly by: "session" | "token";
}

/** Who calls the management API: an access token wins over a cookie. Throws `auth.session_missing` or `auth.token_invalid`. */
export async function identifyCaller(authorization: string | null): Promise<Caller> {
  const { store, clock } = runtime();
  const bearer = /^Bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1];
  if (bearer !== undefined) {
    const actor = await actorOfToken(store, bearer, clock.now());
    if (actor === null)
      throw new SluiceError({
        kind: "unauthenticated",
        code: "auth.token_invalid",
        message: "The access token is unknown, expired or revoked. Make a new one under Settings.",
      });
    return { actor, by: "token" };
  }
  const actor = await sessionActor();
  if (actor === null)
    throw new SluiceError({ kind: "unauthenticated", code: "auth.session_missing", message: "Sign in, or send an access token: Authorization: Bearer slp_…" });
  return { actor, by: "session" };
}

/** The context of one call: shared services, who asks, and a request id that every log line of the call carries. */
export function contextFor(actor: Actor): OperationContext {
  const shared = runtime();
  const requestId = uuidV7(shared.clock.now());
  return { ...shared, actor, requestId, log: shared.log.child({ requestId, actor: actor.userId }), accepted: { operationId: null } };
}

/** The context of a page or a first paint; null when nobody is signed in. */
export async function pageContext(): Promise<OperationContext | null> {
  const actor = await sessionActor();
  return actor === null ? null : contextFor(actor);
}
