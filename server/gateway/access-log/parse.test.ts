import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLine } from "./parse";

const line = {
  id: "01a20ae7-4a28-7414-9574-e410ac7c3ba3",
  cid: "",
  t: 1795479259688,
  ep: "demo",
  dep: "blue",
  inst: "ins_1",
  m: "POST",
  path: "/endpoints/demo/score",
  st: 200,
  mst: 200,
  code: "",
  tw: 0,
  tc: 1,
  tr: 15,
  ta: 16,
  rx: 209,
  tx: 548,
  key: "primary",
  ua: "curl",
  pin: "",
  rc: "0",
  ts: "--",
};
const parse = (change: object) => parseLine(JSON.stringify({ ...line, ...change }), "gw_1");

describe("an access log line", () => {
  it("with nothing reached has no instance, no model status and durations of -1", () => {
    const row = parse({ dep: "", inst: "<NOSRV>", st: 401, mst: "", code: "Unauthorized", tw: -1, tc: -1, tr: -1, ta: 0, key: "" });
    expect(row).toMatchObject({ deployment: "", instanceId: "", modelStatus: 0, errorCode: "Unauthorized", status: 401, queueMs: -1, modelMs: -1 });
  });

  it("of a caller who went away is 499, whatever status the proxy invents", () => {
    for (const [st, ts] of [
      [-1, "CQ"],
      [400, "CH"],
    ] as const)
      expect(parse({ st, ts, mst: "" })).toMatchObject({ status: 499, errorCode: "ClientClosed" });
    expect(parse({ st: 200, ts: "CD", mst: 200 })).toMatchObject({ status: 200, errorCode: "" });
  });

  it("of gRPC counts as the same outcome would of an ordinary call", () => {
    expect(parse({ gs: "" })).toMatchObject({ status: 200, grpcStatus: -1 });
    expect(parse({ mst: "", gs: "8", code: "TooManyRequests", ts: "PR" })).toMatchObject({
      status: 429,
      modelStatus: 0,
      grpcStatus: 8,
      errorCode: "TooManyRequests",
    });
    expect(parse({ gs: "3" })).toMatchObject({ status: 424, modelStatus: 200, grpcStatus: 3, errorCode: "" });
    expect(parse({ gs: "0" })).toMatchObject({ status: 200, modelStatus: 200, grpcStatus: 0, errorCode: "" });
    expect(parse({ mst: "", gs: "3", code: "BadRequest", ts: "CQ" })).toMatchObject({ status: 499, errorCode: "ClientClosed" });
  });

  it("of a request that could not be read gets an id of its own", () => {
    expect(parse({ id: "", ep: "", dep: "", m: "<BADREQ>", st: 400, mst: "", ts: "PR" })).toMatchObject({
      errorCode: "BadRequest",
      requestId: expect.stringMatching(/-7/) as unknown,
    });
  });

  it("is pinned only when the pin led somewhere, and a redispatch counts as a retry", () => {
    expect(parse({ pin: "blue", rc: "+1" })).toMatchObject({ pinned: true, retries: 1 });
    expect(parse({ pin: "nobody", dep: "" })).toMatchObject({ pinned: false });
  });

  it("of a mirrored call says who answered behind the mirror, and nobody where none did", () => {
    const call = { inst: "mirror", tw: 0, tc: 0, tr: 40 };
    expect(parse({ ...call, prim: "ins_7|3|1|30|200" })).toMatchObject({ instanceId: "ins_7", queueMs: 3, connectMs: 1, modelMs: 30, mirrored: false });
    expect(parse({ ...call, prim: "|5|-1|-1|", mst: "" })).toMatchObject({ instanceId: "", queueMs: 5, connectMs: -1, modelMs: -1, modelStatus: 0 });
    expect(parse({ ...call, prim: "", st: 424, mst: "", code: "ModelConnectionBroken" })).toMatchObject({ instanceId: "", status: 424 });
    expect(parse({ copy: "1" })).toMatchObject({ instanceId: "ins_1", mirrored: true });
  });

  it("of another kind is no row, and nothing throws", () => {
    expect(parseLine("127.0.0.1:1 [24/Nov/2026] sluice:inference/1: SSL handshake failure", "gw_1")).toBeNull();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseLine(text, "gw_1")).toBeNull();
      }),
    );
  });
});
