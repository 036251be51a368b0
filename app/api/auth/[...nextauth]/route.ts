import NextAuth from "next-auth";
import type { NextRequest } from "next/server";
import { nextAuthOptions } from "#server/auth/next-auth";
import { runtime } from "#server/api/runtime";

async function handler(request: NextRequest, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  const { store, settings, log, clock } = runtime();
  const options = nextAuthOptions({ store, settings, log, now: () => clock.now(), userAgent: request.headers.get("user-agent") ?? "" });
  return (await NextAuth(request, { params: await context.params } as never, options)) as Response;
}

export { handler as GET, handler as POST };
