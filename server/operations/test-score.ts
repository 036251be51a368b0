import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import { swaggerSchema, type SwaggerDto, type swaggerQuerySchema, type testScoreSchema, type TestScoreResult } from "#server/contract/scoring";
import { invalidState, notFound } from "#server/domain/errors";
import type { OperationContext } from "./context";
import { issueConsoleToken } from "./endpoint-token";

/** The endpoint's name as gateways know it, and its primary key or a token of a few minutes; neither leaves the server. */
async function callAs(context: OperationContext, name: string): Promise<{ readonly endpoint: string; readonly key: string }> {
  requireVerb(context.actor, "endpoint.score");
  const endpoint = await context.store.endpoints.findLiveByName(context.actor.workspaceId, name);
  if (endpoint === null) throw notFound("endpoint.not_found", `There is no endpoint ${name}.`);
  if (endpoint.spec.authMode !== "key") return { endpoint: endpoint.name.toLowerCase(), key: (await issueConsoleToken(context, endpoint)).accessToken };
  const key = (await context.store.endpoints.listKeys([endpoint.id])).find((candidate) => candidate.slot === "primary");
  if (key === undefined) throw invalidState("endpoint.no_key", "The endpoint has no primary key.");
  return { endpoint: endpoint.name.toLowerCase(), key: context.vault.unseal(key.sealed, key.id) };
}

/** Sends one request through the gateway with the endpoint's own key. */
export async function testScore(context: OperationContext, input: z.output<typeof testScoreSchema>): Promise<TestScoreResult> {
  const { endpoint, key } = await callAs(context, input.endpoint);
  return context.scorer.score({ ...input, endpoint }, key);
}

function documentOf(body: string): SwaggerDto["document"] {
  try {
    const parsed = swaggerSchema.shape.document.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The interface that a deployment describes, asked for through the gateway as any caller would. */
export async function getSwagger(context: OperationContext, input: z.output<typeof swaggerQuerySchema>): Promise<SwaggerDto> {
  const { endpoint, key } = await callAs(context, input.endpoint);
  const answer = await context.scorer.swagger({ endpoint, deployment: input.deployment ?? null }, key);
  const document = answer.status === 200 && !answer.truncated ? documentOf(answer.body) : null;
  const reason =
    document !== null ? null : answer.status === 200 ? "What it serves as its swagger is no JSON object." : `It answered ${answer.status} for its swagger.`;
  return { deployment: answer.deployment, document, reason };
}
