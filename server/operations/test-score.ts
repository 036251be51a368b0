import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { testScoreSchema, TestScoreResult } from "#server/contract/scoring";
import { invalidState, notFound } from "#server/domain/errors";
import type { OperationContext } from "./context";

/** Sends one request through the gateway with the endpoint's own primary key, which never leaves the server. */
export async function testScore(context: OperationContext, input: z.output<typeof testScoreSchema>): Promise<TestScoreResult> {
  requireVerb(context.actor, "endpoint.score");
  const endpoint = await context.store.endpoints.findLiveByName(context.actor.workspaceId, input.endpoint);
  if (endpoint === null) throw notFound("endpoint.not_found", `There is no endpoint ${input.endpoint}.`);
  const key = (await context.store.endpoints.listKeys([endpoint.id])).find((candidate) => candidate.slot === "primary");
  if (key === undefined) throw invalidState("endpoint.no_key", "The endpoint has no primary key.");
  return context.scorer.score({ ...input, endpoint: endpoint.name.toLowerCase() }, context.vault.unseal(key.sealed, key.id));
}
