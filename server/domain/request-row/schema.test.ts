import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRequestLine } from "./schema";
import type { RequestRow } from "./types";

const row: RequestRow = {
  requestId: "0198d3e0-0000-7000-8000-000000000001",
  clientRequestId: "",
  startedAt: 1_795_000_000_123,
  gatewayId: "gw_local",
  endpoint: "diabetes",
  deployment: "blue",
  instanceId: "ins_1",
  method: "POST",
  path: "/endpoints/diabetes/score",
  status: 200,
  modelStatus: 200,
  grpcStatus: -1,
  errorCode: "",
  queueMs: 0,
  connectMs: 0,
  modelMs: 12,
  totalMs: 13,
  requestBytes: 120,
  responseBytes: 40,
  keyName: "primary",
  subject: "",
  userAgent: "curl",
  pinned: false,
  mirrored: false,
  retries: 0,
  termination: "--",
};

describe("spool line", () => {
  it("reads back what the gateway writes", () => {
    expect(parseRequestLine(JSON.stringify(row))).toEqual(row);
  });

  it("is refused, never thrown, for any other text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        expect(parseRequestLine(line)).toBeNull();
      }),
    );
    expect(parseRequestLine(JSON.stringify({ ...row, status: "200" }))).toBeNull();
    expect(parseRequestLine(JSON.stringify(row).slice(0, -5))).toBeNull();
  });

  it("cuts what callers can make long and drops NUL", () => {
    const parsed = parseRequestLine(JSON.stringify({ ...row, userAgent: "a\0".repeat(1000), clientRequestId: "x".repeat(99) }));
    expect(parsed?.userAgent).toBe("a".repeat(256));
    expect(parsed?.clientRequestId).toHaveLength(40);
  });
});
