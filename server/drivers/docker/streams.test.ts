import type { ContainerStats } from "dockerode";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogLine } from "../compute-driver";
import { driverErrorOf, driverErrorOfText } from "./errors";
import { instanceEvent } from "./events";
import { Ownership } from "./labels";
import { LineCutter, jsonLines } from "./lines";
import { logLines, parseStampedLine } from "./logs";
import { statsSample } from "./stats";

function frame(stream: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function* chunked(content: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (let index = 0; offset < content.length; index += 1) {
    await Promise.resolve();
    const size = Math.max(1, sizes[index % Math.max(1, sizes.length)] ?? 1);
    yield content.subarray(offset, offset + size);
    offset += size;
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe("log streams", () => {
  it("give the same lines however the bytes are cut", async () => {
    const stamp = "2026-11-23T10:00:00.123456789Z";
    const content = Buffer.concat([
      frame(1, `${stamp} héllo\n`),
      frame(2, `${stamp} half`),
      frame(1, `${stamp} other\n`),
      frame(2, " line\n"),
      frame(1, `${stamp} \n`),
    ]);
    const expected: [LogLine["stream"], string][] = [
      ["stdout", "héllo"],
      ["stdout", "other"],
      ["stderr", "half line"],
      ["stdout", ""],
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (sizes) => {
        const lines = await collect(logLines(chunked(content, sizes)));
        expect(lines.map(({ stream, text }) => [stream, text])).toEqual(expected);
        for (const { at } of lines) expect(at).toBeCloseTo(Date.parse("2026-11-23T10:00:00Z") + 123.456789, 3);
      }),
    );
  });

  it("keep a line that has no stamp", () => {
    expect(parseStampedLine("plain")).toEqual({ at: 0, text: "plain" });
    expect(parseStampedLine("2026-11-23T10:00:00Z x")).toEqual({ at: Date.parse("2026-11-23T10:00:00Z"), text: "x" });
  });

  it("end with what has no line end", () => {
    const cutter = new LineCutter();
    expect([...cutter.push("a\r\nb"), ...cutter.flush(), ...cutter.flush()]).toEqual(["a", "b"]);
  });

  it("pass over lines that are no JSON", async () => {
    expect(await collect(jsonLines(chunked(Buffer.from('{"a":1}\nnonsense\n\n{"b":2}'), [3])))).toEqual([{ a: 1 }, { b: 2 }]);
  });
});

describe("driverErrorOf", () => {
  it.each([
    [{ statusCode: 404, message: "(HTTP code 404) no such container - No such image: x:1" }, "image_missing"],
    [{ statusCode: 404, message: "No such container: x" }, "not_found"],
    [{ statusCode: 404, message: "manifest for x:1 not found: manifest unknown" }, "image_missing"],
    [{ statusCode: 404, message: "pull access denied for x, repository does not exist or may require 'docker login'" }, "image_denied"],
    [{ statusCode: 500, message: "Get https://registry.example/v2/x: no basic auth credentials" }, "image_denied"],
    [{ statusCode: 500, message: 'Get "https://registry.example/v2/": dial tcp: lookup registry.example on 192.0.2.1:53: no such host' }, "unreachable"],
    [{ statusCode: 500, message: "net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)" }, "unreachable"],
    [{ statusCode: 400, message: "Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available" }, "resources_exhausted"],
    [{ statusCode: 500, message: 'could not select device driver "nvidia" with capabilities: [[gpu]]' }, "resources_exhausted"],
    [{ statusCode: 400, message: "Unknown runtime specified nvidia" }, "resources_exhausted"],
    [{ statusCode: 403, message: "Pool overlaps with other one on this address space" }, "resources_exhausted"],
    [{ statusCode: 500, message: "Address already in use" }, "resources_exhausted"],
    [{ statusCode: 500, message: "write /var/lib/docker: no space left on device" }, "resources_exhausted"],
    [{ statusCode: 409, message: "volume is in use - [abc]" }, "already_exists"],
    [{ statusCode: 400, message: "invalid reference format" }, "invalid_config"],
    [{ statusCode: 500, message: "server error" }, "internal"],
    [{ code: "ECONNREFUSED", message: "connect ECONNREFUSED" }, "unreachable"],
    [{ code: "ENOENT", message: "connect ENOENT /var/run/docker.sock" }, "unreachable"],
    [{ code: "ETIMEDOUT", message: "timed out" }, "timeout"],
    ["text", "internal"],
  ])("%j is %s", (error, kind) => {
    expect(driverErrorOf(error, "verb")).toMatchObject({ name: "DriverError", kind, message: expect.stringMatching(/^verb: /) as unknown });
  });
  it("keeps what is classified already, and classifies errors inside streams alike", () => {
    const known = driverErrorOfText("manifest unknown", "pull image");
    expect(known.kind).toBe("image_missing");
    expect(driverErrorOf(known, "other")).toBe(known);
  });
});

describe("statsSample", () => {
  const reading = (second: number, cpuNanos: number, memory: object): ContainerStats =>
    ({
      read: new Date(1_000_000 + second * 1000).toISOString(),
      cpu_stats: { cpu_usage: { total_usage: cpuNanos } },
      memory_stats: { limit: 1000, ...memory },
      networks: { eth0: { rx_bytes: 5, tx_bytes: 7 }, eth1: { rx_bytes: 1, tx_bytes: 1 } },
    }) as unknown as ContainerStats;

  it("averages cores over the time between readings and leaves out droppable cache, by either kernel's name for it", () => {
    const first = reading(0, 0, { usage: 1, stats: {} });
    expect(statsSample(first, reading(2, 3e9, { usage: 500, stats: { total_inactive_file: 100, inactive_file: 1 } }))).toEqual({
      at: 1_002_000,
      cpuCores: 1.5,
      memoryBytes: 400,
      memoryLimitBytes: 1000,
      networkRxBytes: 6,
      networkTxBytes: 8,
    });
    expect(statsSample(first, reading(1, 0, { usage: 500, stats: { inactive_file: 50 } }))?.memoryBytes).toBe(450);
  });
  it("is null for the empty reading of an ended container", () => {
    expect(statsSample(reading(0, 0, { usage: 1, stats: {} }), reading(1, 0, {}))).toBeNull();
  });
});

describe("instanceEvent", () => {
  const own = new Ownership("abc");
  const attributes = { name: "sluice-abc-ins_1", "io.sluice.installation": "abc", "io.sluice.kind": "instance", "io.sluice.instance": "ins_1" };
  it("knows our instances and passes over everything else", () => {
    expect(instanceEvent({ Action: "die", timeNano: 1.5e15, Actor: { Attributes: attributes } }, own)).toEqual({
      kind: "exited",
      instanceId: "ins_1",
      at: 1_500_000_000,
    });
    for (const event of [
      null,
      "x",
      {},
      { Action: "exec_create: sh", Actor: { Attributes: attributes } },
      { Action: "die", Actor: { Attributes: { ...attributes, name: "forged" } } },
    ]) {
      expect(instanceEvent(event, own)).toBeNull();
    }
  });
});
