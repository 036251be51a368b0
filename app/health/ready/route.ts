import { runtime } from "#server/api/runtime";

export const dynamic = "force-dynamic";

/** The process can do its work: the database answers. */
export async function GET(): Promise<Response> {
  try {
    await runtime().store.sql.query("SELECT 1");
    return Response.json({ status: "ready" });
  } catch {
    return Response.json({ status: "waiting for the database" }, { status: 503 });
  }
}
