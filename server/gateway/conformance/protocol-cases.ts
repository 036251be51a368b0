import { scoringErrorCodes, type ScoringErrorName } from "#server/domain/routing/error-codes";
import type { Area, ConformanceCase } from "./types";

const invalid = "What is not valid HTTP is 400 with a JSON body, closes the connection, and reaches no model.";
const limits = "Line and headers together may have 15 KiB and 100 headers.";
const keep = "A connection stays open for the next call, unless either side says otherwise.";

const to = (target: string, version = "1.1"): string => `POST ${target} HTTP/${version}\r\n`;
const auth = "host: gateway\r\nauthorization: Bearer key-1\r\n";
const start = to("/endpoints/demo/score") + auth;
const good = `${start}content-length: 2\r\n\r\n{}`;
const last = `${start}connection: close\r\ncontent-length: 2\r\n\r\n{}`;
const score = "POST /score";

const bad = (name: string, bytes: string): ConformanceCase => ({
  name,
  rule: invalid,
  wire: { send: [bytes] },
  answers: { statuses: [400], closed: true, reached: [], holds: ['{"error":{"code":"BadRequest"', "x-ms-error-code: BadRequest"] },
});
const long = (name: string, code: ScoringErrorName, bytes: string): ConformanceCase => ({
  name,
  rule: limits,
  wire: { send: [bytes] },
  answers: { statuses: [scoringErrorCodes[code].status], closed: true, reached: [], holds: [`{"error":{"code":"${code}"`, `x-ms-error-code: ${code}`] },
});
const shakes = (version: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3", agreed: string | null, offers: readonly string[] = []): ConformanceCase => ({
  name: `${version}${offers.length > 0 ? `, offering ${offers.join(" and ")}` : ""}`,
  rule: "TLS 1.2 and 1.3 only; HTTP/2 is preferred when the caller offers it.",
  tls: { version, offers },
  agreed,
});

/** Bytes on the wire. */
export const protocolAreas: readonly Area[] = [
  {
    title: "Connections",
    cases: [
      {
        name: "Two calls on one connection",
        rule: keep,
        wire: { send: [good, 50, good] },
        answers: { statuses: [200, 200], closed: false, reached: [score, score] },
      },
      {
        name: "Two calls sent at once",
        rule: "Calls that are sent ahead are answered in order.",
        wire: { send: [good + good] },
        answers: { statuses: [200, 200], closed: false, reached: [score, score] },
      },
      { name: "`connection: close`", rule: keep, wire: { send: [last] }, answers: { statuses: [200], closed: true, reached: [score] } },
      {
        name: "A refusal",
        rule: "A refusal leaves the connection open.",
        wire: { send: [`${to("/endpoints/nobody/score")}${auth}content-length: 2\r\n\r\n{}`, 50, good] },
        answers: { statuses: [404, 200], closed: false, reached: [score] },
      },
      {
        name: "A model that breaks its connection",
        rule: "A broken connection of the model's does not break the caller's, and nothing is sent to the model twice.",
        wire: { send: [good, 50, good.replace("host: gateway", "host: gateway\r\nx-do: break"), 100, good] },
        answers: { statuses: [200, 424, 200], closed: false, reached: [score, score, score] },
      },
      {
        name: "HTTP/1.0",
        rule: "HTTP/1.0 is answered, and closed afterwards.",
        wire: { send: [`${to("/endpoints/demo/score", "1.0")}${auth}content-length: 2\r\n\r\n{}`] },
        answers: { statuses: [200], closed: true, reached: [score] },
      },
      {
        name: "HTTP/1.0 that keeps the connection",
        rule: "HTTP/1.0 may ask to keep the connection.",
        wire: { send: [`${to("/endpoints/demo/score", "1.0")}${auth}connection: keep-alive\r\ncontent-length: 2\r\n\r\n{}`, 50, good] },
        answers: { statuses: [200, 200], closed: false, reached: [score, score] },
      },
      {
        name: "A request in small pieces",
        rule: "A request may come in pieces.",
        wire: {
          send: Array.from(good.slice(0, 40))
            .flatMap((letter) => [letter, 2])
            .concat(good.slice(40)),
        },
        answers: { statuses: [200], closed: false, reached: [score] },
      },
      {
        name: "An empty line before the request",
        rule: "An empty line before a request is skipped.",
        wire: { send: [`\r\n${good}`] },
        answers: { statuses: [200], closed: false, reached: [score] },
      },
      {
        name: "Over HTTP/2",
        rule: "HTTP/2 is the same door.",
        call: { over: "h2" },
        answer: { status: 200, headers: { "azureml-model-deployment": "blue" }, model: { url: "/score", bytes: 12 } },
      },
      shakes("TLSv1.3", "TLSv1.3 h2", ["h2", "http/1.1"]),
      shakes("TLSv1.2", "TLSv1.2 h2", ["http/1.1", "h2"]),
      shakes("TLSv1.3", "TLSv1.3 http/1.1", ["http/1.1"]),
      shakes("TLSv1.2", "TLSv1.2"),
      shakes("TLSv1.1", null),
      shakes("TLSv1", null),
    ],
  },
  {
    title: "Malformed requests",
    cases: [
      bad("Bytes that are no HTTP", "this is not HTTP\r\n\r\n"),
      bad("No target", `POST HTTP/1.1\r\n${auth}\r\n`),
      bad("A space in the target", `POST /endpoints/demo/sc ore HTTP/1.1\r\n${auth}\r\n`),
      ...["0.9", "3.7"].map((version): ConformanceCase => ({
        name: `HTTP/${version}`,
        rule: "Versions other than 1.0, 1.1 and 2 are refused.",
        wire: { send: [good.replace("HTTP/1.1", `HTTP/${version}`)] },
        answers: { statuses: [400], reached: [], holds: ['{"error":{"code":"BadRequest"'] },
      })),
      {
        name: "An address with a host in it",
        rule: "A target may be a whole address; the model gets its path and query.",
        wire: { send: [good.replace("/endpoints/demo/score", "http://gateway/endpoints/demo/score?a=1")] },
        answers: { statuses: [200], closed: false, reached: ["POST /score?a=1"] },
      },
      bad("A version in small letters", `POST /endpoints/demo/score http/1.1\r\n${auth}\r\n`),
      bad("A method with a bracket", `PO(ST /endpoints/demo/score HTTP/1.1\r\n${auth}\r\n`),
      bad("A zero byte in a header", `${start}x-a: b\u0000c\r\n\r\n`),
      bad("A zero byte in the target", `POST /endpoints/demo/score\u0000 HTTP/1.1\r\n${auth}\r\n`),
      bad("A line end inside a header", `${start}x-a: b\rc\r\n\r\n`),
      bad("A space before the colon", `${start}x-a : b\r\n\r\n`),
      bad("A header without a name", `${start}: b\r\n\r\n`),
      bad("A header without a colon", `${start}x-a\r\n\r\n`),
      bad("Two hosts", `${start}host: other\r\n\r\n`),
      long("A header of 20,000 bytes without an end", "HeadersTooLarge", `${start}x-a: ${"x".repeat(20_000)}`),
      long("A target of 20,000 bytes", "UriTooLong", `POST /endpoints/demo/score?${"x".repeat(20_000)} HTTP/1.1\r\n${auth}\r\n`),
      long("A header of 20,000 bytes", "HeadersTooLarge", `${start}x-a: ${"x".repeat(20_000)}\r\n\r\n`),
      bad("200 headers", `${start}${"x-a: b\r\n".repeat(200)}\r\n`),
      {
        name: "A target of 8,000 bytes",
        rule: limits,
        wire: { send: [`POST /endpoints/demo/score?${"x".repeat(8000)} HTTP/1.1\r\n${auth}content-length: 0\r\n\r\n`] },
        answers: { statuses: [200], closed: false, reached: [`POST /score?${"x".repeat(8000)}`] },
      },
      {
        name: "90 headers",
        rule: limits,
        wire: { send: [`${start}${"x-a: b\r\n".repeat(88)}content-length: 0\r\n\r\n`] },
        answers: { statuses: [200], closed: false, reached: [score] },
      },
      {
        name: "A request that never ends",
        rule: "Headers that do not arrive in ten seconds are 408.",
        wire: { send: [start, 11_000] },
        answers: { statuses: [408], closed: true, reached: [], holds: ['"code":"ClientTimeout"'] },
      },
    ],
  },
];
