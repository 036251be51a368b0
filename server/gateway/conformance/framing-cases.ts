import type { Area, ConformanceCase } from "./types";

const framing = "A request whose end could be read in two ways is refused, so that nothing can be smuggled behind it.";

const start = "POST /endpoints/demo/score HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer key-1\r\n";
const good = `${start}content-length: 2\r\n\r\n{}`;
const score = "POST /score";

const bad = (name: string, bytes: string): ConformanceCase => ({
  name,
  rule: framing,
  wire: { send: [bytes] },
  answers: { statuses: [400], closed: true, reached: [], holds: ['{"error":{"code":"BadRequest"', "x-ms-error-code: BadRequest"] },
});

/** Where a request ends. */
export const framingAreas: readonly Area[] = [
  {
    title: "Framing",
    cases: [
      {
        name: "Two lengths that differ",
        rule: `${framing} This one is cut off without an answer.`,
        wire: { send: [`${start}content-length: 2\r\ncontent-length: 3\r\n\r\n{}x`] },
        answers: { statuses: [], closed: true, reached: [] },
      },
      bad("A length that is no number", `${start}content-length: 2x\r\n\r\n{}`),
      bad("A negative length", `${start}content-length: -2\r\n\r\n{}`),
      bad("A length with a sign", `${start}content-length: +2\r\n\r\n{}`),
      bad("A length above all numbers", `${start}content-length: 99999999999999999999\r\n\r\n{}`),
      bad("A list of lengths that differ", `${start}content-length: 2, 3\r\n\r\n{}x`),
      bad("An unknown transfer coding after chunks", `${start}transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n`),
      bad("Chunks twice over", `${start}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
      {
        name: "A folded header",
        rule: "A folded header is read as one line, by the gateway as by everything behind it.",
        wire: { send: [`${start}transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n`] },
        answers: { statuses: [200], closed: false, reached: [score] },
      },
      bad("A coding with a space before its colon", `${start}transfer-encoding : chunked\r\n\r\n0\r\n\r\n`),
      bad("A chunk whose length is no number", `${start}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`),
      {
        name: "A length and chunks",
        rule: "Chunks win over a length, nothing of what follows is taken for a call, and the connection ends.",
        wire: { send: [`${start}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${good.replace("demo", "other")}`] },
        answers: { statuses: [200], closed: true, reached: [score] },
      },
      {
        name: "Two lengths that agree",
        rule: "The same length twice is that length.",
        wire: { send: [`${start}content-length: 2\r\ncontent-length: 2\r\n\r\n{}`] },
        answers: { statuses: [200], closed: false, reached: [score] },
      },
      {
        name: "A chunk with an extension",
        rule: "Chunk extensions are read over.",
        wire: { send: [`${start}transfer-encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\n\r\n`] },
        answers: { statuses: [200], closed: false, reached: [score] },
      },
      {
        name: "A body behind a smaller length",
        rule: "What follows a body is the next request.",
        wire: { send: [`${start}content-length: 2\r\n\r\n{}GARBAGE\r\n\r\n`] },
        answers: { statuses: [200, 400], closed: true, reached: [score] },
      },
      {
        name: "A body that never comes",
        rule: "A caller that promises more than it sends gets no model's time for it.",
        wire: { send: [`${start}content-length: 20\r\n\r\n{}`], end: true },
        answers: { statuses: [], closed: true, reached: [] },
      },
      {
        name: "A body of unknown length that stalls",
        rule: "A body without a length that does not arrive in ten seconds is 408, and no model's time is spent on it.",
        wire: { send: [`${start}transfer-encoding: chunked\r\n\r\n2\r\n{`, 11_000] },
        answers: { statuses: [408], reached: [], holds: ['"code":"ClientTimeout"', "x-ms-error-code: ClientTimeout", "x-request-id: "] },
      },
    ],
  },
];
