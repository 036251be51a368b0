import type { DoctorFacts, SampleRequest, ScoringCall } from "#server/domain/doctor/types";
import { readSwagger, type SwaggerReading } from "#server/domain/doctor/swagger";
import { callHttp, type HttpOutcome } from "#server/kernel/http-call";
import type { Outcome } from "../runtime/outcome";
import { readContainer, type TrialContainer } from "./container-column";
import { proceed, routesOfTrial, type Trial } from "./trial";
import { ended, withMemory } from "./watch";

/** Calls after the first one; fewer where these would take longer than the time allowed. */
const steadyCalls = 20;
const steadyMs = 20_000;
/** A request that takes longer than any deployment may allow is no answer. */
const longestCallMs = 180_000;
const swaggerTimeoutMs = 10_000;
const swaggerMaxBytes = 4 * 1024 * 1024;
/** Of an answer, this much is shown. */
const shownBytes = 1000;

type Dial = NonNullable<TrialContainer["dial"]>;

async function askSwagger(dial: Dial): Promise<{ readonly status: number | null; readonly reading: SwaggerReading | null }> {
  const outcome = await callHttp({
    host: dial.address,
    port: dial.port,
    method: "GET",
    path: "/swagger.json",
    contentType: null,
    body: "",
    timeoutMs: swaggerTimeoutMs,
    maxBytes: swaggerMaxBytes,
  });
  if (!outcome.ok) return { status: null, reading: null };
  const { status, body } = outcome.answer;
  return { status, reading: status === 200 ? readSwagger(body) : null };
}

const callOf = (outcome: HttpOutcome): ScoringCall =>
  outcome.ok ? { ms: outcome.answer.ms, status: outcome.answer.status } : { ms: outcome.ms, status: null };

const answerOf = (outcome: HttpOutcome): string => (outcome.ok ? outcome.answer.body.slice(0, shownBytes) : outcome.message);

async function sendSamples(trial: Trial, dial: Dial, sample: SampleRequest, facts: DoctorFacts, instanceId: string): Promise<DoctorFacts> {
  const { path } = routesOfTrial(trial).scoring;
  const { contentType, body } = sample;
  const send = () => callHttp({ host: dial.address, port: dial.port, method: "POST", path, contentType, body, timeoutMs: longestCallMs, maxBytes: shownBytes });
  const first = await send();
  let seen = await withMemory(trial, facts, instanceId);
  const steady: ScoringCall[] = [];
  let spentMs = 0;
  while (first.ok && steady.length < steadyCalls && spentMs < steadyMs && !trial.pass.signal.aborted) {
    const call = callOf(await send());
    spentMs += call.ms;
    steady.push(call);
    seen = await withMemory(trial, seen, instanceId);
    if (call.status === null) break;
  }
  return { ...seen, sample: sample.source, calls: { first: callOf(first), steady, answer: answerOf(first) } };
}

/** Asks the ready container for its description and sends it what callers would, alone and one after the other. A repeated pass measures anew. */
export async function exercise(trial: Trial): Promise<Outcome> {
  const { context, row } = trial;
  const container = readContainer(row);
  if (container?.dial == null) return proceed(trial, "storage", row.facts);
  const { instanceId } = container.run;
  const { status, reading } = await askSwagger(container.dial);
  const swagger = { status, version: reading?.version ?? null, problem: reading?.problem ?? null };
  const example = reading?.example == null ? null : { source: "swagger" as const, contentType: "application/json", body: reading.example };
  const sample = row.sample ?? example;
  const known = { ...row.facts, swagger };
  const seen = sample === null ? known : await sendSamples(trial, container.dial, sample, known, instanceId);
  const observation = await context.driver.inspectInstance(instanceId);
  if (observation?.phase !== "running") return ended({ ...trial, row: { ...row, facts: seen } }, container, observation, "response");
  const used = await context.driver.memoryOf(instanceId);
  const memory = seen.memory === null ? null : { ...seen.memory, peakBytes: Math.max(seen.memory.peakBytes, used ?? 0), steadyBytes: used };
  return proceed(trial, "stop", { ...seen, memory });
}
