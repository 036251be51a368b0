import { isUtf8 } from "node:buffer";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
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
  readonly encoding: string;
  /** Null when it was longer than what is compared. */
  readonly body: Buffer | null;
}

/** An answer that is all there. */
interface Answered {
  readonly modelStatus: number;
  readonly encoding: string;
  readonly body: Buffer;
}

const longestDifference = 500;

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
    return { ...toldByProxy(one("x-sluice-answered")), encoding: one("content-encoding"), body: read };
  } catch {
    return null;
  }
}

const decoders = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync } as const;

/** A body as text; null for what is none, or what unpacks to more than is compared. */
function textOf(body: Buffer, encoding: string, most: number): string | null {
  try {
    const decode = encoding === "" || encoding === "identity" ? null : decoders[encoding as keyof typeof decoders];
    const plain = decode === null ? body : decode(body, { maxOutputLength: most });
    return isUtf8(plain) ? plain.toString() : null;
  } catch {
    return null;
  }
}

/** Both answers are at hand: do they agree, and where not? */
function compare(primary: Answered, shadow: Answered, tolerance: number, most: number): Verdict {
  if (primary.modelStatus === shadow.modelStatus && primary.body.equals(shadow.body)) return verdict("agreed", "");
  const [a, b] = [textOf(primary.body, primary.encoding, most), textOf(shadow.body, shadow.encoding, most)];
  const difference =
    a === null || b === null
      ? `body: ${String(primary.body.length)} and ${String(shadow.body.length)} bytes that are no text`
      : answerDifference({ status: primary.modelStatus, body: a }, { status: shadow.modelStatus, body: b }, tolerance);
  if (difference === null) return verdict("agreed", "");
  const kept = (body: string | null) => (body ?? "").slice(0, keptBodyBytes);
  return { outcome: "disagreed", reason: "", difference: difference.slice(0, longestDifference), primaryBody: kept(a), shadowBody: kept(b) };
}

function judge(primary: PrimaryAnswer, shadow: ShadowAnswer | null, tolerance: number, budget: MirrorBudget, now: number): Verdict {
  if (shadow === null || shadow.modelStatus === 0) return verdict("failed", "no_answer");
  if (primary.modelStatus === 0) return verdict("unpaired", "primary_failed");
  if (primary.body === null) return verdict("unpaired", primary.lost);
  if (shadow.body === null) return verdict("unpaired", "answer_too_large");
  if (!budget.mayCompare(now)) return verdict("unpaired", "too_often");
  const [a, b] = [
    { ...primary, body: primary.body },
    { ...shadow, body: shadow.body },
  ];
  return compare(a, b, tolerance, budget.limits.answerBytes);
}

/** The record of both answers side by side. */
export function paired(
  record: MirrorRecord,
  primary: PrimaryAnswer,
  shadow: ShadowAnswer | null,
  tolerance: number,
  budget: MirrorBudget,
  now: number,
): MirrorRecord {
  return {
    ...record,
    primaryStatus: primary.modelStatus,
    primaryMs: primary.modelMs,
    shadowStatus: shadow?.modelStatus ?? 0,
    shadowMs: shadow?.modelMs ?? -1,
    ...judge(primary, shadow, tolerance, budget, now),
  };
}
