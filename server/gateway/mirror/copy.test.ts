import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { defaultMirrorLimits, MirrorBudget } from "./budget";
import { paired, recordOf, type MirroredCall } from "./copy";

const call: MirroredCall = { requestId: "r", startedAt: 1, endpoint: "demo", primary: "blue", tolerance: 1e-6, method: "POST", path: "/score", rawHeaders: [] };
const answer = (body: Buffer | null, encoding = "", modelStatus = 200) => ({
  modelStatus,
  modelMs: 5,
  encoding,
  body,
  lost: "answer_too_large" as const,
  forget: () => undefined,
});
const text = (value: string) => Buffer.from(value);

function told(primary: ReturnType<typeof answer>, shadow: ReturnType<typeof answer> | null, limits: Partial<typeof defaultMirrorLimits> = {}): string[] {
  const budget = new MirrorBudget({ ...defaultMirrorLimits, ...limits });
  const record = recordOf(call, "gw", "green", "failed", "no_answer");
  const { outcome, reason, difference } = paired(record, primary, shadow, call.tolerance, budget, 0);
  return [outcome, reason, difference].filter((part) => part !== "");
}

it.each([
  ["the same JSON, one of them packed", answer(text("[1]")), answer(gzipSync("[1.0000001]"), "gzip"), ["agreed"]],
  ["another value behind the packing", answer(gzipSync("[1]"), "gzip"), answer(gzipSync("[2]"), "gzip"), ["disagreed", "$[0]: 1 and 2"]],
  ["bytes that are no text and differ", answer(Buffer.from([0xff, 1])), answer(Buffer.from([0xfe, 1])), ["disagreed", "body: 2 and 2 bytes that are no text"]],
  ["the same bytes that are no text", answer(Buffer.from([0xff, 1])), answer(Buffer.from([0xff, 1])), ["agreed"]],
  ["a packing that nobody knows", answer(text("a"), "zstd"), answer(text("b"), "zstd"), ["disagreed", "body: 1 and 1 bytes that are no text"]],
  ["an answer that was not kept", answer(null), answer(text("a")), ["unpaired", "answer_too_large"]],
  ["a primary that gave none", answer(text("a"), "", 0), answer(text("a")), ["unpaired", "primary_failed"]],
  ["a shadow that gave none", answer(text("a")), null, ["failed", "no_answer"]],
])("%s", (_what, primary, shadow, expected) => {
  expect(told(primary, shadow)).toEqual(expected);
});

it("a packing that would unfold into more than is compared is none", () => {
  const bomb = answer(gzipSync(Buffer.alloc(1_000_000)), "gzip");
  expect(told(bomb, answer(text("a")), { answerBytes: 1000 })).toEqual(["disagreed", expect.stringMatching(/bytes that are no text$/)]);
});

it("more comparisons in a second than are allowed are left out, and said to be", () => {
  expect(told(answer(text("a")), answer(text("b")), { comparisonsPerSecond: 0 })).toEqual(["unpaired", "too_often"]);
});
