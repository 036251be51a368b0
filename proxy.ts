import { randomBytes } from "node:crypto";
import { getToken } from "next-auth/jwt";
import { NextResponse, type NextRequest } from "next/server";

/** Next's request hook: a nonce and a content security policy for every page, and the way to the sign-in page. Not a security boundary: every
 *  page, action and route asks the session's row again. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const { pathname, search } = request.nextUrl;
  const secret = process.env["NEXTAUTH_SECRET"] ?? "";
  const token = await getToken({ req: request, secret }).catch(() => null);
  if (token === null && pathname !== "/sign-in") {
    const target = new URL("/sign-in", process.env["NEXTAUTH_URL"] ?? request.url);
    if (pathname !== "/") target.searchParams.set("callbackUrl", `${pathname}${search}`);
    return NextResponse.redirect(target);
  }
  const nonce = randomBytes(16).toString("base64");
  const development = process.env.NODE_ENV === "development" ? " 'unsafe-eval'" : "";
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "object-src 'none'",
  ].join("; ");
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("referrer-policy", "same-origin");
  return response;
}

// Uploads and API calls carry their own checks and large bodies; they must not pass through here.
export const config = { matcher: ["/((?!api/|health/|_next/|icon\\.svg|favicon\\.ico|fonts/).*)"] };
