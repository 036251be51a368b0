import { runtime } from "#server/api/runtime";
import { readKeySet } from "#server/operations/key-set";

export const dynamic = "force-dynamic";

/** Public keys of the tokens that are signed here, for anybody who verifies one. Fresh enough for a day: a key is published so long before it signs. */
export async function GET(): Promise<Response> {
  const headers = { "cache-control": "public, max-age=300", "content-type": "application/jwk-set+json" };
  return new Response(JSON.stringify(await readKeySet(runtime())), { headers });
}
