import "server-only";
import { unstable_rethrow } from "next/navigation";
import type { z } from "zod";
import type { ActionResult } from "#server/contract/common";
import { SluiceError } from "#server/domain/errors";
import { uuidV7 } from "#server/kernel/ids";
import type { Operation } from "#server/operations/context";
import { parseInput } from "./handler";
import { logFailure, problemBody, toSluiceError } from "./problem";
import { contextFor, sessionActor } from "./request-context";
import { runtime } from "./runtime";

/**
 * A server action over one operation: signs in, parses, runs, and answers a value for success and for every failure; nothing is thrown across the
 * line to the browser. Next itself refuses actions from another origin.
 */
export function defineAction<S extends z.ZodType, O>(schema: S, operation: Operation<z.output<S>, O>): (input: z.input<S>) => Promise<ActionResult<O>> {
  return async (input) => {
    let requestId = "";
    let log = null;
    try {
      const actor = await sessionActor();
      if (actor === null) throw new SluiceError({ kind: "unauthenticated", code: "auth.session_missing", message: "Your session has ended. Sign in again." });
      const context = contextFor(actor);
      ({ requestId, log } = context);
      return { ok: true, data: await operation(context, parseInput(schema, input)) };
    } catch (thrown) {
      unstable_rethrow(thrown);
      const error = toSluiceError(thrown);
      logFailure(log ?? runtime().log, error);
      return { ok: false, error: problemBody(error, requestId === "" ? uuidV7() : requestId) };
    }
  };
}
