import type { ConnectionState } from "#server/domain/connection/types";
import { tryKeys } from "#server/artifacts/s3/source";
import type { ConnectionRow } from "#server/store/connections";
import { DriverError } from "#server/drivers/compute-driver";
import { loops, write, type ControlContext } from "../context";
import { foreignBucket } from "../model-import/from-s3";
import { addressGuard } from "../model-import/guard";
import { registryAuthOf } from "../registry/credentials";
import { done, type PassContext, type Reconciler } from "../runtime/outcome";

interface Verdict {
  readonly state: ConnectionState;
  readonly message: string | null;
}

/** Asks for nothing but whether the keys are known: what they may read is another matter for every bucket. */
async function checkStorage(context: ControlContext, connection: ConnectionRow): Promise<Verdict> {
  try {
    const guard = addressGuard(context.settings.supernet, context.settings.imports.allowedHosts);
    const bucket = await foreignBucket(context, connection, "", guard);
    if (bucket === null) return { state: "Denied", message: "The secret cannot be opened: it was sealed under another master key. Enter it again." };
    const known = (await tryKeys(bucket)) === "Working";
    return known ? { state: "Working", message: null } : { state: "Denied", message: "The storage does not know these keys." };
  } catch (error) {
    return { state: "Unreachable", message: error instanceof Error ? error.message : String(error) };
  }
}

/** Signs in once with what the connection has. */
async function check(context: ControlContext, pass: PassContext, id: string): Promise<Verdict> {
  const connection = await context.store.connections.findById(id);
  if (connection?.kind === "s3") return checkStorage(context, connection);
  const auth = connection === null ? null : await registryAuthOf(context, connection);
  if (auth === null) return { state: "Denied", message: "The password cannot be opened: it was sealed under another master key. Enter it again." };
  try {
    await context.driver.checkRegistry(auth, pass.signal);
    return { state: "Working", message: null };
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    const text = error.message.replace(/^sign in: /, "");
    if (error.kind === "image_denied") return { state: "Denied", message: text };
    if (error.kind === "registry_unreachable") return { state: "Unreachable", message: text };
    throw error;
  }
}

/** Tries a connection once after every change, so that a wrong password shows where it was typed and not with the next deployment. */
export function connectionReconciler(context: ControlContext): Reconciler {
  return {
    name: loops.connection,
    concurrency: 2,
    deadlineMs: 60_000,
    async reconcile(key, pass) {
      const row = await context.store.connections.findById(key);
      if (row === null || row.observedGeneration >= row.generation) return done;
      const verdict = await check(context, pass, row.id);
      await write(context, async (session) => {
        await session.connections.noteCheck(row.id, row.generation, verdict.state, verdict.message, context.clock.now());
        // Deployments that wait for a registry look again at once.
        for (const deployment of await session.deployments.listLiveByWorkspace(row.workspaceId)) await session.changes.append("deployment", deployment.id);
      });
      return done;
    },
  };
}
