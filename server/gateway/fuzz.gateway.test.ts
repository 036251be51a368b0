import { randomInt } from "node:crypto";
import { expect, it } from "vitest";
import { fuzzGateway } from "#server/testing/fuzz/run";

it("2,000 malformed and hostile requests change nothing: no crash, no other endpoint's model, nothing that a header from outside chose", async () => {
  const seed = randomInt(2 ** 31);
  console.log(`seed of the fuzzed requests: ${String(seed)}`);
  const { sent, good, violations } = await fuzzGateway({ seed, count: 2000, seconds: 80 });
  expect(violations, `seed ${String(seed)}`).toEqual([]);
  expect(sent).toBe(2000);
  expect(good).toBeGreaterThanOrEqual(100);
});
