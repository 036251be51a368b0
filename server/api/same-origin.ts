import { SluiceError } from "#server/domain/errors";
import type { Caller } from "./request-context";

const crossOrigin = (): SluiceError =>
  new SluiceError({
    kind: "forbidden",
    code: "auth.cross_origin",
    message: "A write with a browser session must come from the studio itself. Scripts use an access token.",
  });

function hostOf(origin: string | null): string | null {
  try {
    return origin === null ? null : new URL(origin).host;
  } catch {
    return null;
  }
}

/** A cookie goes along with any page's request, so a write that rests on one must come from the studio's own pages. Throws `auth.cross_origin`. */
export function requireSameOrigin(request: Request, caller: Caller): void {
  if (caller.by === "token" || request.method === "GET" || request.method === "HEAD") return;
  const site = request.headers.get("sec-fetch-site");
  const same = hostOf(request.headers.get("origin")) === request.headers.get("host");
  if (!same || (site !== null && site !== "same-origin")) throw crossOrigin();
}
