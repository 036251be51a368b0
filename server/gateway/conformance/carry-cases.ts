import type { Area, ConformanceCase } from "./types";

const reserved = "Headers that only the gateway may set are deleted however they are spelled; what it sets itself is true.";
const hop = "Headers of one hop stay on that hop.";
const carried = "What is not the gateway's own passes as it is, in both directions.";
/** What a body of one byte more is told. */
const over = (limit: number) => ({ use: String(limit + 1), limit: String(limit) });
const size = "A body may have as many bytes as the deployment says; one more is 413, before any model sees it.";
const unsized = "A body without a length passes up to 96 KiB, as its size is judged in a buffer.";
const bodies = "Bodies pass byte by byte, whatever they hold.";

const dropped = (name: string, value: string, arrives: string | RegExp | null = null): ConformanceCase => ({
  name: `\`${name}\` of the caller's`,
  rule: reserved,
  call: { headers: { [name]: value } },
  answer: { status: 200, model: { name: "blue", headers: { [name.toLowerCase()]: arrives } } },
});
const oneHop = (name: string, value: string): ConformanceCase => ({
  name: `\`${name}: ${value}\``,
  rule: hop,
  call: { headers: { [name]: value } },
  answer: { status: 200, model: { headers: { [name]: null } } },
});
const passes = (name: string, header: string, value: string): ConformanceCase => ({
  name,
  rule: carried,
  call: { headers: { [header]: value } },
  answer: { status: 200, model: { headers: { [header]: value } } },
});

/** What passes the gateway, and what does not. */
export const carryAreas: readonly Area[] = [
  {
    title: "Headers towards the model",
    cases: [
      dropped("X-Sluice-Deadline-Ms", "1", /^\d{13}$/),
      dropped("x-sluice-to", "green"),
      dropped("X-SLUICE-MIRROR", "green"),
      dropped("x-key-id", "somebody"),
      dropped("X-Key-Name", "somebody"),
      dropped("x-split-bucket", "1"),
      dropped("x-mirror-to", "green"),
      dropped("x-forwarded-for", "10.0.0.1", "127.0.0.1"),
      dropped("x-forwarded-proto", "gopher", "https"),
      dropped("X-Forwarded-Host", "evil.example"),
      dropped("x-forwarded-port", "1"),
      dropped("forwarded", "for=10.0.0.1"),
      dropped("x-real-ip", "10.0.0.1"),
      dropped("proxy", "http://evil.example"),
      { name: "Plain HTTP on loopback", rule: reserved, call: { over: "http" }, answer: { status: 200, model: { headers: { "x-forwarded-proto": "http" } } } },
      {
        name: "The deadline",
        rule: "The model is told until when an answer counts: arrival, queue wait and request timeout, in Unix milliseconds.",
        call: {},
        answer: { status: 200, model: { headers: { "x-sluice-deadline-ms": /^\d{13}$/ } } },
      },
      oneHop("keep-alive", "timeout=5"),
      oneHop("proxy-connection", "keep-alive"),
      oneHop("te", "gzip"),
      {
        name: "What the caller says of its own connection",
        rule: hop,
        call: { headers: { connection: "keep-alive, x-hop" } },
        answer: { status: 200, model: { headers: { connection: "close" } } },
      },
      passes("A header of the caller's own", "x-customer", "7"),
      passes("A content type", "content-type", "application/x-ndjson; charset=utf-8"),
      passes("A user agent", "user-agent", "caller/1.0"),
      passes("An accepted type", "accept", "application/vnd.api+json"),
      passes("An accepted encoding", "accept-encoding", "gzip, br"),
      passes("A cookie", "cookie", "a=1; b=2"),
      passes("A header of 8,000 characters", "x-long", "x".repeat(8000)),
      passes("A value with quotes and braces", "x-json", '{"a":"%[src]"}'),
    ],
  },
  {
    title: "Bodies",
    cases: [
      { name: "No body", rule: bodies, call: { method: "GET" }, answer: { status: 200, model: { bytes: 0 } } },
      { name: "A body of no bytes", rule: bodies, call: { body: "" }, answer: { status: 200, model: { bytes: 0 } } },
      { name: "A GET with a body", rule: bodies, call: { method: "GET", body: "abc" }, answer: { status: 200, model: { bytes: 3 } } },
      {
        name: "Bytes that are no text",
        rule: bodies,
        call: { body: "\u0000\u0001\u007f", headers: { "content-type": "application/octet-stream" } },
        answer: { status: 200, model: { bytes: 3 } },
      },
      {
        name: "A form of several parts",
        rule: bodies,
        call: {
          body: '--b\r\ncontent-disposition: form-data; name="f"; filename="a.bin"\r\n\r\nabc\r\n--b--\r\n',
          headers: { "content-type": "multipart/form-data; boundary=b" },
        },
        answer: { status: 200, model: { bytes: 79, headers: { "content-type": "multipart/form-data; boundary=b" } } },
      },
      {
        name: "100 MB",
        rule: bodies,
        call: { path: "/endpoints/other/score", key: "key-other", body: { bytes: 100_000_000 } },
        answer: { status: 200, model: { bytes: 100_000_000 } },
      },
      { name: "100 MB back", rule: bodies, call: { model: "bytes-100000000" }, answer: { status: 200, bytes: 100_000_000 } },
      { name: "As many bytes as allowed", rule: size, call: { body: { bytes: 200_000 } }, answer: { status: 200, model: { bytes: 200_000 } } },
      {
        name: "One byte more",
        rule: size,
        call: { body: { bytes: 200_001 } },
        answer: { code: "PayloadTooLarge", says: over(200_000), headers: { "azureml-model-deployment": "blue" }, model: null },
      },
      {
        name: "One byte more over HTTP/2",
        rule: size,
        call: { body: { bytes: 200_001 }, over: "h2" },
        answer: { code: "PayloadTooLarge", says: over(200_000), model: null },
      },
      {
        name: "Another deployment's limit",
        rule: size,
        call: { pin: "tiny", body: { bytes: 1001 } },
        answer: { code: "PayloadTooLarge", says: over(1000), model: null },
      },
      {
        name: "Just within another deployment's limit",
        rule: size,
        call: { pin: "tiny", body: { bytes: 1000 } },
        answer: { status: 200, model: { bytes: 1000 } },
      },
      { name: "In chunks", rule: unsized, call: { body: { bytes: 90_000, chunked: true } }, answer: { status: 200, model: { bytes: 90_000 } } },
      {
        name: "In frames without a length",
        rule: unsized,
        call: { body: { bytes: 90_000, chunked: true }, over: "h2" },
        answer: { status: 200, model: { bytes: 90_000 } },
      },
      {
        name: "In chunks within a small limit",
        rule: size,
        call: { pin: "tiny", body: { bytes: 1000, chunked: true } },
        answer: { status: 200, model: { bytes: 1000 } },
      },
      {
        name: "In chunks over a small limit",
        rule: size,
        call: { pin: "tiny", body: { bytes: 1001, chunked: true } },
        answer: { code: "PayloadTooLarge", says: over(1000), model: null },
      },
      { name: "In chunks over the buffer", rule: unsized, call: { body: { bytes: 150_000, chunked: true } }, answer: { code: "LengthRequired", model: null } },
      {
        name: "In frames over the buffer",
        rule: unsized,
        call: { body: { bytes: 120_000, chunked: true }, over: "h2" },
        answer: { code: "LengthRequired", model: null },
      },
      {
        name: "Trailers of the caller's",
        rule: "Trailers pass in both directions.",
        call: { body: { bytes: 10, chunked: true }, trailers: { "x-sum": "7" } },
        answer: { status: 200, model: { bytes: 10, trailers: { "x-sum": "7" } } },
      },
      {
        name: "Expect: 100-continue",
        rule: "A caller that waits for `100 Continue` gets it.",
        call: { body: { bytes: 5000 }, headers: { expect: "100-continue" } },
        answer: { status: 200, model: { bytes: 5000 } },
      },
      {
        name: "Expect: 100-continue with a body over the limit",
        rule: "A body that would be refused need not be sent.",
        call: { body: { bytes: 200_001 }, headers: { expect: "100-continue" } },
        answer: { code: "PayloadTooLarge", says: over(200_000), model: null },
      },
    ],
  },
];
