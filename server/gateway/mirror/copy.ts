import type { Pool } from "undici";
import { answerDifference } from "#server/domain/mirror/compare";
import { keptBodyBytes, type MirrorReason, type MirrorRecord } from "#server/domain/mirror/types";
import type { MirrorBudget } from "./budget";
import type { PrimaryAnswer } from "./exchange";
import { copied, toldByProxy } from "./headers";

/** One call that is copied, as the front door and the caller sent it. */
export interface MirroredCall {
  readonly requestId: string;
  readonly startedAt: number;
  readonly endpoint: string;
  readonly primary: string;
  readonly tolerance: number;
  readonly method: string;
  readonly path: string;
  readonly rawHeaders: readonly string[];
}

interface ShadowAnswer {
  readonly modelStatus: number;
  readonly modelMs: number;
  readonly contentType: string;
  /** Null when it was longer than what is compared. */
  readonly body: Buffer | null;
}

type Verdict = Pick<MirrorRecord, "outcome" | "reason" | "difference" | "primaryBody" | "shadowBody">;
const verdict = (outcome: MirrorRecord["outcome"], reason: MirrorReason): Verdict => ({ outcome, reason, difference: "", primaryBody: "", shadowBody: "" });

/** The copy's record before anything is known of the answers. */
export function recordOf(call: MirroredCall, gatewayId: string, shadow: string, outcome: MirrorRecord["outcome"], reason: MirrorReason): MirrorRecord {
  const { requestId, startedAt, endpoint, primary } = call;
  const nothingYet = { primaryStatus: 0, shadowStatus: 0, primaryMs: -1, shadowMs: -1 };
  return { requestId, startedAt, gatewayId, endpoint, primary, shadow, ...nothingYet, ...verdict(outcome, reason) };
}

async function readUpTo(body: AsyncIterable<Buffer>, most: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes <= most) chunks.push(chunk);
  }
  return bytes <= most ? Buffer.concat(chunks) : null;
}

/** Sends the copy and reads the shadow's answer to its end; null when none came in time. */
export async function askShadow(call: MirroredCall, shadow: string, body: Buffer, pool: Pool, { limits }: MirrorBudget): Promise<ShadowAnswer | null> {
  try {
    const answer = await pool.request({
      method: call.method,
      path: call.path,
      headers: copied(call.rawHeaders, shadow),
      body: body.length === 0 ? null : body,
      signal: AbortSignal.timeout(limits.copyMs),
    });
    const read = await readUpTo(answer.body, limits.answerBytes);
    const one = (name: string): string => [answer.headers[name] ?? ""].flat().join(", ");
    return { ...toldByProxy(one("x-sluice-answered")), contentType: one("content-type"), body: read };
  } catch {
    return null;
  }
}

const comparable = ({ modelStatus, contentType }: { readonly modelStatus: number; readonly contentType: string }, body: Buffer) => ({
  status: modelStatus,
  contentType,
  body: body.toString(),
});

function judge(primary: PrimaryAnswer, shadow: ShadowAnswer | null, tolerance: number, mayCompare: boolean): Verdict {
  if (shadow === null || shadow.modelStatus === 0) return verdict("failed", "no_answer");
  if (primary.modelStatus === 0) return verdict("unpaired", "primary_failed");
  if (primary.body === null || shadow.body === null) return verdict("unpaired", "answer_too_large");
  if (!mayCompare) return verdict("unpaired", "too_often");
  const [a, b] = [comparable(primary, primary.body), comparable(shadow, shadow.body)];
  const difference = answerDifference(a, b, tolerance);
  if (difference === null) return verdict("agreed", "");
  const kept = (body: string) => body.slice(0, keptBodyBytes);
  return { outcome: "disagreed", reason: "", difference, primaryBody: kept(a.body), shadowBody: kept(b.body) };
}

/** The record of both answers side by side. */
export function paired(record: MirrorRecord, primary: PrimaryAnswer, shadow: ShadowAnswer | null, tolerance: number, mayCompare: boolean): MirrorRecord {
  return {
    ...record,
    primaryStatus: primary.modelStatus,
    primaryMs: primary.modelMs,
    shadowStatus: shadow?.modelStatus ?? 0,
    shadowMs: shadow?.modelMs ?? -1,
    ...judge(primary, shadow, tolerance, mayCompare),
  };
}
