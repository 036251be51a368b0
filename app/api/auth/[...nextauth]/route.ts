import NextAuth from "next-auth";
import type { NextRequest } from "next/server";
import { nextAuthOptions } from "#server/auth/next-auth";
import { runtime } from "#server/api/runtime";

async function handler(request: NextRequest, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  const { store, settings, clock } = runtime();
  return (await NextAuth(
    request,
    { params: await context.params } as never,
    nextAuthOptions(store, settings, () => clock.now()),
  )) as Response;
}

export { handler as GET, handler as POST };
